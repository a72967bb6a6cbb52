/**
 * Step results in and out of the journal: small ones inline, large ones and streams as
 * objects of their own.
 * @module
 */
import { ValueError } from "../authoring/errors.ts";
import { decode, encodeSpilled, type Kept, keep, type Spilled, spilledIn } from "../schema/codec.ts";
import type { HostPort } from "../schema/journal.ts";
import type { Limits } from "../schema/limits.ts";

/** `output` for the journal, `value` for the workflow now: the same copy a replay would give it. */
export type Stored = Kept;

/** A journal travels to the isolate whole (32 MiB at most): past this, only small values lie inline. */
const plentyBytes = 8 * 1024 * 1024;
const crowdedBytes = 1024;

const mib = (bytes: number): string => `${Math.round((bytes / 1_048_576) * 100) / 100} MiB`;

function tooLarge(what: string, bytes: number, limit: number): ValueError {
  return Object.assign(new ValueError(`${what} is ${mib(bytes)}, the limit is ${mib(limit)}: keep it in storage of your own and return a reference`), { code: "value-too-large" });
}

/** Bytes of a text in UTF-8, counted only when it could matter. */
function byteLength(text: string, limit: number): number {
  return text.length * 3 <= limit ? text.length : new TextEncoder().encode(text).length;
}

export class Values {
  readonly #host: HostPort;
  readonly #turn: number;
  readonly #limits: Limits;
  /** Bytes of the journal that lie inline. */
  #inline: number;

  constructor(host: HostPort, turn: number, limits: Limits, inline: number) {
    this.#inline = inline;
    this.#host = host;
    this.#turn = turn;
    this.#limits = limits;
  }

  /**
   * A promise only when the value is stored apart. `what` names it in messages.
   * @throws ValueError for what cannot be kept.
   */
  store(what: string, value: unknown): Stored | Promise<Stored> {
    if (value instanceof ReadableStream) return this.#storeStream(what, value as ReadableStream<unknown>);
    let kept: Stored;
    try {
      kept = keep(value);
    } catch (error) {
      throw new ValueError(`${what} cannot be kept: ${error instanceof Error ? error.message : String(error)}`);
    }
    const limit = this.#inline > plentyBytes ? Math.min(crowdedBytes, this.#limits.inlineBytes) : this.#limits.inlineBytes;
    const bytes = byteLength(kept.output, limit);
    this.#inline += Math.min(bytes, limit);
    if (bytes <= limit) return kept;
    if (bytes > this.#limits.valueBytes) throw tooLarge(what, bytes, this.#limits.valueBytes);
    return this.#spill(kept, bytes);
  }

  async #spill({ output, value }: Stored, bytes: number): Promise<Stored> {
    const key = await this.#host.spill(this.#turn, new TextEncoder().encode(output));
    return { output: encodeSpilled({ key, bytes, form: "value" }), value };
  }

  async #storeStream(what: string, stream: ReadableStream<unknown>): Promise<Stored> {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    const reader = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const part = typeof value === "string" ? new TextEncoder().encode(value) : value;
      if (!(part instanceof Uint8Array)) throw new ValueError(`${what} is a stream of ${typeof value}: stream bytes or text`);
      bytes += part.length;
      if (bytes > this.#limits.valueBytes) {
        await reader.cancel();
        throw tooLarge(`${what} (a stream)`, bytes, this.#limits.valueBytes);
      }
      parts.push(part);
    }
    const whole = new Uint8Array(bytes);
    let offset = 0;
    for (const part of parts) {
      whole.set(part, offset);
      offset += part.length;
    }
    const key = await this.#host.spill(this.#turn, whole);
    const output = encodeSpilled({ key, bytes, form: "stream" });
    return { output, value: new Response(whole).body };
  }

  /** A journalled value; a promise only when it has to be fetched. */
  load(output: string | null): unknown {
    if (output === null) return undefined;
    const spilled = spilledIn(output);
    return spilled ? this.#fetch(spilled) : decode(output);
  }

  async #fetch(spilled: Spilled): Promise<unknown> {
    const bytes = await this.#host.unspill(spilled.key);
    return spilled.form === "stream" ? new Response(bytes as Uint8Array<ArrayBuffer>).body : decode(new TextDecoder().decode(bytes));
  }
}
