/**
 * What a sandboxed turn may ask of its execution: one object per turn, so that a stub left
 * over from an older turn reaches nothing. Everything that comes in is from tenant code.
 * @module
 */
import { RpcTarget } from "cloudflare:workers";
import { decode, spilledIn } from "../../sdk/schema/codec.ts";
import type { ErrorRecord } from "../../sdk/schema/execution.ts";
import type { ActReply, Batch, CommitReply, Divergence, HostPort, LogRow, News, Outcome, StepRow } from "../../sdk/schema/journal.ts";
import { defaultLimits } from "../../sdk/schema/limits.ts";
import { parseRows } from "./rows.ts";

export interface TurnHost {
  commit(batch: CheckedBatch): Promise<CommitReply>;
  news(seq: number, due: number | null): Promise<News>;
  variables(): Promise<string>;
  spill(bytes: Uint8Array): Promise<string>;
  unspill(key: string): Promise<Uint8Array>;
  act(action: string, params: string, key: string): Promise<ActReply>;
}

const maxConsumed = 20_000;
const levels = new Set(["debug", "info", "warn", "error"]);

/** A batch that is well-formed, with its rows. */
export interface CheckedBatch extends Batch {
  rows: StepRow[];
}

/** By hand, not by schema: this is the hot path. */
export function checkBatch(batch: Batch): CheckedBatch {
  const fail = (what: string): never => {
    throw new TypeError(`a turn sent a malformed batch: ${what}`);
  };
  if (typeof batch !== "object" || batch === null) return fail("no object");
  if (!Array.isArray(batch.consumed) || batch.consumed.length > maxConsumed || !batch.consumed.every(Number.isInteger)) return fail("consumed");
  if (!Array.isArray(batch.logs) || batch.logs.length > 1_001 || !batch.logs.every(isLogRow)) return fail("logs");
  const { steps, consumed, logs } = batch;
  return { steps, consumed, logs, rows: parseRows(steps) };
}

function isLogRow(row: LogRow): boolean {
  return typeof row === "object" && row !== null && Number.isFinite(row.at) && levels.has(row.level) && typeof row.message === "string" && row.message.length <= 4_001 && (row.step === null || (typeof row.step === "string" && row.step.length <= 300));
}

/**
 * An outcome that is well-formed, with nothing in it that does not belong there. By hand too.
 * @throws TypeError: the turn counts as crashed
 */
export function checkOutcome(outcome: Outcome): Outcome {
  const fail = (what: string): never => {
    throw new TypeError(`a turn sent a malformed outcome: ${what}`);
  };
  if (typeof outcome !== "object" || outcome === null) return fail("no object");
  const { type } = outcome;
  switch (type) {
    case "completed":
      return isValue(outcome.output) ? { type, output: outcome.output } : fail("an output that is no stored value");
    case "continued":
      return isValue(outcome.input) ? { type, input: outcome.input } : fail("an input that is no stored value");
    case "failed":
      return { type, error: checkError(outcome.error) ?? fail("an error that is no record of one") };
    case "stalled":
      return { type, divergence: checkDivergence(outcome.divergence) ?? fail("a divergence that says nothing") };
    case "cancelled":
    case "suspended":
    case "paused":
      return { type };
    default:
      return fail(`its type is ${typeof type === "string" ? JSON.stringify((type as string).slice(0, 40)) : `a ${typeof type}`}`);
  }
}

/** Text that views can read: an object that cannot show its own execution is of no use to anybody. */
function isValue(text: unknown): text is string {
  if (typeof text !== "string" || text.length > defaultLimits.inlineBytes + 1) return false;
  try {
    const spilled = spilledIn(text);
    if (spilled === null) decode(text);
    return spilled === null || (typeof spilled.key === "string" && Number.isInteger(spilled.bytes) && (spilled.form === "value" || spilled.form === "stream"));
  } catch {
    return false;
  }
}

function checkError(error: ErrorRecord): ErrorRecord | null {
  if (typeof error !== "object" || error === null) return null;
  const { name, message, code, stack } = error;
  if (!isText(name, 200) || !isText(message, 16_000)) return null;
  if ((code !== undefined && !isText(code, 100)) || (stack !== undefined && !isText(stack, 4_000))) return null;
  return { name, message, ...(code === undefined ? {} : { code }), ...(stack === undefined ? {} : { stack }) };
}

function checkDivergence(divergence: Divergence): Divergence | null {
  if (typeof divergence !== "object" || divergence === null) return null;
  const { at, expected, found, hint } = divergence;
  return Number.isInteger(at) && isText(expected, 20_000) && isText(found, 20_000) && isText(hint, 20_000) ? { at, expected, found, hint } : null;
}

function isText(value: unknown, most: number): value is string {
  return typeof value === "string" && value.length <= most;
}

export class HostTarget extends RpcTarget implements HostPort {
  readonly #host: TurnHost;

  constructor(host: TurnHost) {
    super();
    this.#host = host;
  }

  commit(_turn: number, batch: Batch): Promise<CommitReply> {
    return this.#host.commit(checkBatch(batch));
  }

  news(_turn: number, seq: number, due: number | null): Promise<News> {
    return this.#host.news(Number(seq), due === null ? null : Number(due));
  }

  variables(): Promise<string> {
    return this.#host.variables();
  }

  spill(_turn: number, bytes: Uint8Array): Promise<string> {
    if (!(bytes instanceof Uint8Array)) throw new TypeError("a spilled value is bytes");
    return this.#host.spill(bytes);
  }

  unspill(reference: string): Promise<Uint8Array> {
    return this.#host.unspill(String(reference));
  }

  act(_turn: number, action: string, params: string, key: string): Promise<ActReply> {
    if (!isText(action, 100) || !isText(params, defaultLimits.inlineBytes + 1) || !isText(key, 1_000)) throw new TypeError("a turn asked for an action in a malformed way");
    return this.#host.act(action, params, key);
  }
}
