/**
 * What was published, kept for those who come back: in the object's SQLite, for an hour and
 * 10,000 messages at most.
 *
 * Invariants
 * 1. Ids increase for ever, also over what is gone.
 * 2. Every message above {@link UpdateLog.floor} of a topic that somebody took an interest in
 *    since before it is there.
 * @module
 */
import { updatesLimits } from "../../sdk/schema/updates.ts";
import type { RealtimeMessage } from "./contract.ts";

const mostKept = 10_000;
const keptMs = 3_600_000;
/** Old ones go once so many have come. */
const pruneEvery = 500;

export interface Entry {
  id: number;
  topic: string;
  type: string;
  /** ms since the epoch. */
  at: number;
  /** As JSON. */
  data: string;
  /** What is shown in its place to who sees some fields masked; null: the same. */
  about: string | null;
  /** Who may be told, as JSON; null: whoever listens to the topic. */
  audience: string | null;
}

/** An entry and the frames that show it, made once however many are told. */
const frames = new WeakMap<Entry, { whole?: string; short?: string }>();

/** @param masked for somebody who sees some fields masked */
export function eventFrame(entry: Entry, masked: boolean): string {
  const made = frames.get(entry) ?? {};
  frames.set(entry, made);
  const { id, topic, type, at, data, about } = entry;
  const show = (shown: string): string => `{"op":"event","id":${id},"topic":${JSON.stringify(topic)},"type":${JSON.stringify(type)},"at":"${new Date(at).toISOString()}","data":${shown}}`;
  return masked && about !== null ? (made.short ??= show(about)) : (made.whole ??= show(data));
}

type Row = Entry & Record<string, SqlStorageValue>;

export class UpdateLog {
  readonly #sql: SqlStorage;
  #added = 0;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Null for news that was published before. */
  append({ topic, type, data, about, maskable, audience, key }: RealtimeMessage, now: number): Entry | null {
    const text = JSON.stringify(data ?? null);
    const short = JSON.stringify(about ?? {});
    const shown = text.length <= updatesLimits.dataCharacters ? text : JSON.stringify({ ...about, truncated: true });
    const [row] = this.#sql
      .exec<Row>("INSERT OR IGNORE INTO log (topic, key, type, at, data, about, audience) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id, topic, type, at, data, about, audience", topic, key ?? null, type, now, shown, maskable ? short : null, audience ? JSON.stringify(audience) : null)
      .toArray();
    if (++this.#added % pruneEvery === 0) this.prune(now);
    return row ?? null;
  }

  /** An id of its own, for no message: what came before it and what comes after it can be told apart. */
  mark(now: number): number {
    return this.#sql.exec<{ id: number }>("INSERT INTO log (topic, type, at, data) VALUES ('', '', ?, '') RETURNING id", now).one().id;
  }

  /** Of these topics, after this id, the oldest first. */
  read(topics: readonly string[], after: number, limit: number): Entry[] {
    return this.#sql
      .exec<Row>("SELECT id, topic, type, at, data, about, audience FROM log WHERE id > ? AND topic IN (SELECT value FROM json_each(?)) ORDER BY id LIMIT ?", after, JSON.stringify(topics), limit)
      .toArray();
  }

  /** The id of the last message there ever was. */
  get last(): number {
    return Number(this.#sql.exec<{ seq: number }>("SELECT coalesce(max(seq), 0) AS seq FROM sqlite_sequence WHERE name = 'log'").one().seq);
  }

  /** What came up to this id may be gone. */
  get floor(): number {
    const first = this.#sql.exec<{ id: number | null }>("SELECT min(id) AS id FROM log").one().id;
    return first === null ? this.last : first - 1;
  }

  /** Nobody will come back for any of it. */
  clear(): void {
    this.#sql.exec("DELETE FROM log");
  }

  prune(now: number): void {
    this.#sql.exec("DELETE FROM log WHERE id <= ?", this.last - mostKept);
    // Times may go back a little from one id to the next: what is older than a kept one goes later.
    this.#sql.exec("DELETE FROM log WHERE id < coalesce((SELECT min(id) FROM log WHERE at >= ?), ?)", now - keptMs, this.last + 1);
  }
}
