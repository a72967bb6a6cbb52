/**
 * Ends of executions that become events of the tenant. What nobody listens to costs nothing;
 * the rest is noted in the transaction that writes the index, told after it, and told again by
 * the alarm until it was heard. Whoever is told twice takes it once.
 *
 * Invariant: while something is untold, an alarm is set.
 * @module
 */
import { errorMessage } from "../../db/error-message.ts";
import { terminalStatuses } from "../../sdk/schema/execution.ts";
import type { EndedEntry, IndexEntry } from "./contract.ts";

/** Durable where it belongs when this resolves. May be repeated. */
export type Tell = (ended: readonly EndedEntry[]) => Promise<void>;

/** Failures always are: somebody is notified of them. */
const always = "execution.failed";
/** What ended longer ago is no news: it was put back from an archive. */
const longestAgoMs = 24 * 3_600_000;
const retryMs = 5_000;
/** Told at once. */
const batchSize = 50;

export class Untold {
  readonly #sql: SqlStorage;
  readonly #tell: Tell;
  readonly #setAlarm: (at: number) => void;
  #interest: Set<string> | null = null;
  #armed = false;
  #telling: Promise<void> | null = null;

  constructor(sql: SqlStorage, tell: Tell, setAlarm: (at: number) => void) {
    this.#sql = sql;
    this.#tell = tell;
    this.#setAlarm = setAlarm;
  }

  listen(types: readonly string[]): void {
    const wanted = new Set(types);
    const known = this.#known();
    if (wanted.size === known.size && [...wanted].every((type) => known.has(type))) return;
    this.#sql.exec("DELETE FROM interest");
    for (const type of wanted) this.#sql.exec("INSERT INTO interest VALUES (?)", type);
    this.#interest = wanted;
  }

  /** The tables were emptied. */
  reset(): void {
    this.#interest = null;
  }

  #known(): Set<string> {
    return (this.#interest ??= new Set(this.#sql.exec<{ type: string }>("SELECT type FROM interest").toArray().map(({ type }) => type)));
  }

  /** Call in the transaction that put the entry, when it was news. */
  note(entry: IndexEntry, now: number): void {
    if (entry.cause === undefined || entry.completedAt === null || !terminalStatuses.includes(entry.status) || now - entry.completedAt > longestAgoMs) return;
    const type = `execution.${entry.status}`;
    if (type !== always && !this.#known().has(type)) return;
    this.#sql.exec("INSERT INTO untold (ended) VALUES (?)", JSON.stringify({ ...entry, start: null }));
    if (this.#armed) return;
    this.#armed = true;
    this.#setAlarm(now + retryMs);
  }

  /** Something may be untold. */
  get armed(): boolean {
    return this.#armed;
  }

  /** Tells what there is; the alarm does it again for what was not heard. Never throws. */
  pump(): Promise<void> {
    return (this.#telling ??= this.#pump().finally(() => {
      this.#telling = null;
    }));
  }

  async #pump(): Promise<void> {
    for (;;) {
      const rows = this.#sql.exec<{ seq: number; ended: string }>("SELECT seq, ended FROM untold ORDER BY seq LIMIT ?", batchSize).toArray();
      if (rows.length === 0) return;
      try {
        await this.#tell(rows.map(({ ended }) => JSON.parse(ended) as EndedEntry));
      } catch (error) {
        console.warn(JSON.stringify({ level: "warn", event: "ends.untold", message: errorMessage(error), consequence: "told again in some seconds" }));
        return;
      }
      this.#sql.exec("DELETE FROM untold WHERE seq <= ?", rows.at(-1)?.seq ?? 0);
    }
  }

  any(): boolean {
    return this.#sql.exec("SELECT 1 FROM untold LIMIT 1").toArray().length > 0;
  }

  /** The alarm has rung. */
  async run(now: number): Promise<void> {
    if (this.any()) await this.pump();
    this.#armed = this.any();
    if (this.#armed) this.#setAlarm(now + retryMs);
  }
}
