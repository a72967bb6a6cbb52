/**
 * Which topics are listened to, and which were a moment ago: only their messages are kept.
 *
 * Invariant: of a topic that is here everything published since `since` is in the log.
 * @module
 */
import type { Kind } from "./contract.ts";
import { parseTopic } from "./topics.ts";

/** Who comes back within this time has missed nothing, ms. */
export const keepMs = 600_000;

interface One<M> {
  since: number;
  members: Set<M>;
  /** When the last one left; null while somebody is there. */
  leftAt: number | null;
}

export class Interest<M> {
  readonly #sql: SqlStorage;
  readonly #topics = new Map<string, One<M>>();
  /** Of the topics, until one comes or goes. */
  #kinds: ReadonlySet<Kind> | null = null;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    for (const row of sql.exec<{ topic: string; since: number; left_at: number | null }>("SELECT topic, since, left_at FROM interest")) {
      this.#topics.set(row.topic, { since: row.since, members: new Set(), leftAt: row.left_at });
    }
  }

  /** @param from the id from which on everything is kept, of a topic that is new here */
  add(topic: string, member: M, from: number): void {
    const one = this.#topics.get(topic);
    if (one && one.leftAt === null) {
      one.members.add(member);
      return;
    }
    const since = one?.since ?? from;
    this.#kinds = null;
    this.#topics.set(topic, { since, members: new Set([member]), leftAt: null });
    this.#sql.exec("INSERT OR REPLACE INTO interest VALUES (?, ?, NULL)", topic, since);
  }

  remove(topic: string, member: M, now: number): void {
    const one = this.#topics.get(topic);
    if (!one?.members.delete(member) || one.members.size > 0) return;
    one.leftAt = now;
    this.#sql.exec("UPDATE interest SET left_at = ? WHERE topic = ?", now, topic);
  }

  /** After waking: those who listened according to the table and are not there have left. */
  settle(now: number): void {
    for (const [topic, one] of this.#topics) {
      if (one.members.size > 0 || one.leftAt !== null) continue;
      one.leftAt = now;
      this.#sql.exec("UPDATE interest SET left_at = ? WHERE topic = ?", now, topic);
    }
  }

  has(topic: string): boolean {
    return this.#topics.has(topic);
  }

  membersOf(topic: string): ReadonlySet<M> {
    return this.#topics.get(topic)?.members ?? new Set();
  }

  /** From which id on everything of the topic was kept; null: nothing is. */
  since(topic: string): number | null {
    return this.#topics.get(topic)?.since ?? null;
  }

  /** Executions that somebody looks at. */
  executions(): string[] {
    return [...this.#topics].flatMap(([topic, { members }]) => (members.size > 0 ? (parseTopic(topic)?.executionId ?? []) : []));
  }

  kinds(): ReadonlySet<Kind> {
    this.#kinds ??= new Set([...this.#topics.keys()].flatMap((topic) => parseTopic(topic)?.kind ?? []));
    return this.#kinds;
  }

  /** Forgets what nobody has come back for. */
  expire(now: number): void {
    for (const [topic, { leftAt }] of this.#topics) {
      if (leftAt === null || leftAt > now - keepMs) continue;
      this.#topics.delete(topic);
      this.#kinds = null;
      this.#sql.exec("DELETE FROM interest WHERE topic = ?", topic);
    }
  }

  /** When the next one may be forgotten; null while there is none to forget. */
  nextExpiry(): number | null {
    let next: number | null = null;
    for (const { leftAt } of this.#topics.values()) if (leftAt !== null && (next === null || leftAt + keepMs < next)) next = leftAt + keepMs;
    return next;
  }
}
