/**
 * What a sandboxed turn may ask of its execution: one object per turn, so that a stub left
 * over from an older turn reaches nothing. Everything that comes in is from tenant code.
 * @module
 */
import { RpcTarget } from "cloudflare:workers";
import type { Batch, CommitReply, HostPort, LogRow, News, StepRow } from "../../sdk/schema/journal.ts";
import { parseRows } from "./rows.ts";

export interface TurnHost {
  commit(batch: CheckedBatch): Promise<CommitReply>;
  news(seq: number, due: number | null): Promise<News>;
  spill(bytes: Uint8Array): Promise<string>;
  unspill(key: string): Promise<Uint8Array>;
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

  spill(_turn: number, bytes: Uint8Array): Promise<string> {
    if (!(bytes instanceof Uint8Array)) throw new TypeError("a spilled value is bytes");
    return this.#host.spill(bytes);
  }

  unspill(reference: string): Promise<Uint8Array> {
    return this.#host.unspill(String(reference));
  }
}
