/**
 * Executions that were accepted and whose object has not said so yet: after a crash the hub
 * starts them again. Starting is a no-op for an object that has the execution.
 *
 * Invariant: while an entry holds a `start`, an alarm is set.
 * @module
 */
import { errorMessage } from "../../db/error-message.ts";
import type { StartRequest } from "../execution/contract.ts";

/** How long an accepted execution may be silent, ms. */
export const repairAfterMs = 5_000;
const longestSpreadMs = 8_000;
/** Entries taken up per alarm. */
const batch = 200;

/** When something is heard of an execution that waits its turn: it is not started again, the flow of its workflow keeps it. */
export const waiting = Number.MAX_SAFE_INTEGER;

export type Restart = (request: StartRequest) => Promise<void>;

/**
 * Requests that were registered at or before `heardBefore` and never taken up, oldest first.
 * Each is counted as restarted and moves to the end, so that one that keeps failing hides no other.
 */
export function takeUnstarted(sql: SqlStorage, heardBefore: number, now: number): StartRequest[] {
  const rows = sql
    .exec<{ id: string; start: string; restarts: number }>(
      "SELECT id, start, restarts FROM executions INDEXED BY unstarted_by_heard WHERE start IS NOT NULL AND heard_at <= ? ORDER BY heard_at LIMIT ?",
      heardBefore,
      batch,
    )
    .toArray();
  for (const { id, restarts } of rows) countRestart(sql, id, now + spread(restarts));
  return rows.map(({ start, restarts }) => ({ ...(JSON.parse(start) as StartRequest), restarts: restarts + 1 }));
}

function countRestart(sql: SqlStorage, id: string, heardAt: number): void {
  sql.exec("UPDATE executions SET restarts = restarts + 1, heard_at = ? WHERE id = ?", heardAt, id);
}

/** Who died together does not begin again together: from the second time on each waits a while of its own. */
function spread(restarts: number): number {
  return restarts === 0 ? 0 : Math.min(longestSpreadMs, Math.round(Math.random() * 1_000 * 2 ** restarts));
}

/** One execution of the index. Null: never heard of. */
export function findAccepted(sql: SqlStorage, id: string): { start: StartRequest | null; restarts: number; queued: boolean } | null {
  const [row] = sql.exec<{ start: string | null; restarts: number; status: string }>("SELECT start, restarts, status FROM executions WHERE id = ?", id).toArray();
  return row ? { start: row.start === null ? null : (JSON.parse(row.start) as StartRequest), restarts: row.restarts, queued: row.status === "queued" } : null;
}

export function anyUnstarted(sql: SqlStorage): boolean {
  return sql.exec("SELECT 1 FROM executions INDEXED BY unstarted_by_heard WHERE start IS NOT NULL AND heard_at < ? LIMIT 1", waiting).toArray().length > 0;
}

export class Repair {
  readonly #sql: SqlStorage;
  readonly #restart: Restart;
  readonly #setAlarm: (at: number) => void;
  #armed = false;

  constructor(sql: SqlStorage, restart: Restart, setAlarm: (at: number) => void) {
    this.#sql = sql;
    this.#restart = restart;
    this.#setAlarm = setAlarm;
  }

  /** Call in the transaction that registers an execution. */
  expect(now: number): void {
    if (this.#armed) return;
    this.#armed = true;
    this.#setAlarm(now + repairAfterMs);
  }

  /**
   * Starts one at once, for someone who has something to tell it; false for one that nobody registered.
   * @throws what the start threw; the alarm tries again
   */
  async one(id: string, now: number): Promise<boolean> {
    const found = findAccepted(this.#sql, id);
    if (!found?.start) return found !== null;
    // Its turn is not ours to give.
    if (found.queued) return true;
    countRestart(this.#sql, id, now);
    await this.#restart({ ...found.start, restarts: found.restarts + 1 });
    return true;
  }

  /** The alarm has rung. Never throws: it would be rung again at once, and for ever. */
  async run(now: number): Promise<void> {
    const requests = takeUnstarted(this.#sql, now - repairAfterMs, now);
    const results = await Promise.allSettled(requests.map((request) => this.#restart(request)));
    for (const [index, result] of results.entries()) {
      if (result.status === "rejected") console.error(JSON.stringify({ level: "error", event: "restart-failed", execution: requests[index]?.id, message: errorMessage(result.reason) }));
    }
    this.#armed = anyUnstarted(this.#sql);
    if (this.#armed) this.#setAlarm(Date.now() + repairAfterMs);
  }
}
