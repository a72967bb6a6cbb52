/**
 * Meters on disk, so that a limiter that was put out of memory goes on where it was.
 *
 * Counters of a month are written with every change, and marked until the database has them.
 * Windows come back by themselves within a minute: they are written when a twentieth of the
 * quota has been used since, so that a limiter costs no disk while nobody comes near a limit.
 * @module
 */
import { migrate, schemaState } from "../lib/migrations.ts";
import type { Meter, Quota } from "./meter.ts";

/** Only ever append to the list. */
const schema = [
  `CREATE TABLE windows (name TEXT PRIMARY KEY, used REAL NOT NULL, at INTEGER NOT NULL);
   CREATE TABLE months (period TEXT PRIMARY KEY, tenant TEXT NOT NULL, value INTEGER NOT NULL, saved INTEGER NOT NULL);`,
] as const;

/** What of a quota may be forgotten when the object is put out of memory. */
const forgotten = 1 / 20;
/** No window is longer. */
const longestWindowMs = 3_600_000;

export interface Count {
  period: string;
  tenant: string;
  value: number;
}

export class MeterStore {
  readonly #sql: SqlStorage;
  #ready: boolean;
  readonly #unwritten = new Map<string, number>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    // Tables are made by the first write: a new tenant's first request waits for no disk.
    this.#ready = schemaState(sql) !== null;
    if (this.#ready) migrate(sql, schema);
  }

  #write(statement: string, ...values: Array<string | number>): void {
    if (!this.#ready) migrate(this.#sql, schema);
    this.#ready = true;
    this.#sql.exec(statement, ...values);
  }

  windows(now: number): Array<Meter & { name: string }> {
    if (!this.#ready) return [];
    const rows = this.#sql.exec<{ name: string; used: number; at: number }>("SELECT name, used, at FROM windows").toArray();
    if (rows.some(({ at }) => at < now - longestWindowMs)) this.#write("DELETE FROM windows WHERE at < ?", now - longestWindowMs);
    return rows.filter(({ at }) => at >= now - longestWindowMs);
  }

  /** @param change what has just been added */
  changed(name: string, { used, at }: Meter, { limit }: Quota, change: number): void {
    const unwritten = (this.#unwritten.get(name) ?? 0) + change;
    const due = limit !== null && unwritten >= limit * forgotten;
    this.#unwritten.set(name, due ? 0 : unwritten);
    if (due) this.#write("INSERT OR REPLACE INTO windows VALUES (?, ?, ?)", name, used, at);
  }

  count(period: string): number | null {
    return this.#ready ? (this.#sql.exec<{ value: number }>("SELECT value FROM months WHERE period = ?", period).toArray()[0]?.value ?? null) : null;
  }

  counted({ period, tenant, value }: Count): void {
    this.#write("INSERT OR REPLACE INTO months VALUES (?, ?, ?, 0)", period, tenant, value);
  }

  unsaved(): Count[] {
    return this.#ready ? this.#sql.exec<Count & Record<string, SqlStorageValue>>("SELECT period, tenant, value FROM months WHERE saved = 0 ORDER BY period").toArray() : [];
  }

  /** The database has it; what was counted meanwhile it has not. */
  saved({ period, value }: Count): void {
    this.#write("UPDATE months SET saved = 1 WHERE period = ? AND value = ?", period, value);
    this.#write("DELETE FROM months WHERE saved = 1 AND period < ?", period);
  }
}
