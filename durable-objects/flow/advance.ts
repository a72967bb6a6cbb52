/**
 * Whose turn it is. One transaction; the time is a value.
 *
 * Invariants, shown in flow.property.test.ts
 * 1. Never more have begun for a key than the limit says.
 * 2. Among those with the same keys the higher priority begins first, and of the same the older.
 * 3. What has begun never waits again.
 * @module
 */
import { decode } from "../../sdk/schema/codec.ts";
import type { FlowManifest } from "../../sdk/schema/flow.ts";
import { type Item, requestOf } from "./items.ts";
import { batchInput } from "./offer.ts";

/** So many turns are given at once. */
const mostAtOnce = 200;

/** @returns whether there may be more */
export function advance(sql: SqlStorage, flow: FlowManifest, now: number): boolean {
  letGo(sql, flow, now);
  const limits = new Limits(sql, flow, now);
  const heads = sql.exec<Pick<Item, "ckey" | "tkey" | "skey">>("SELECT DISTINCT ckey, tkey, skey FROM items INDEXED BY items_turn WHERE state = 'queued'").toArray().flatMap((group) => headOf(sql, group));
  let given = 0;
  while (given < mostAtOnce) {
    let best = -1;
    for (const [index, head] of heads.entries()) if (limits.allow(head) && (best < 0 || before(head, heads[best]))) best = index;
    const next = heads[best];
    if (!next) break;
    // Its start is tried again when the process dies before it is told.
    sql.exec("UPDATE items SET state = 'starting', begun = 1, due = ?, attempts = 0 WHERE id = ?", now, next.id);
    limits.take(next);
    heads.splice(best, 1, ...headOf(sql, next));
    given++;
  }
  sql.exec("UPDATE state SET wake = ?", limits.wake);
  return given === mostAtOnce;
}

type Head = Pick<Item, "id" | "seq" | "priority" | "ckey" | "tkey" | "skey">;

function headOf(sql: SqlStorage, { ckey, tkey, skey }: Pick<Item, "ckey" | "tkey" | "skey">): Head[] {
  return sql.exec<Head>("SELECT id, seq, priority, ckey, tkey, skey FROM items INDEXED BY items_turn WHERE state = 'queued' AND ckey = ? AND tkey = ? AND skey = ? ORDER BY priority DESC, seq LIMIT 1", ckey, tkey, skey).toArray();
}

function before(one: Head, other: Head | undefined): boolean {
  return other === undefined || one.priority > other.priority || (one.priority === other.priority && one.seq < other.seq);
}

/** What was held long enough joins the queue. */
function letGo(sql: SqlStorage, flow: FlowManifest, now: number): void {
  const rows = sql.exec<Item>("SELECT * FROM items INDEXED BY items_due WHERE due <= ? AND state = 'held' ORDER BY due, seq", now).toArray();
  for (const item of rows) {
    const inputs = sql.exec<{ input: string }>("SELECT input FROM inputs WHERE item = ? ORDER BY n", item.id).toArray();
    const request = requestOf(item);
    const whole = inputs.length > 0 ? { ...request, input: batchInput(inputs.map(({ input }) => decode(input))) } : request;
    if (flow.singleton?.mode === "cancel") {
      sql.exec("UPDATE items SET state = 'ending', due = ?, tell_at = NULL, attempts = 0, reason = ? WHERE skey = ? AND state <> 'held' AND state <> 'ending'", now, `another execution took its place: ${item.id}`, item.skey);
    }
    sql.exec("UPDATE items SET state = 'queued', request = ?, due = NULL WHERE id = ?", JSON.stringify(whole), item.id);
    sql.exec("DELETE FROM inputs WHERE item = ?", item.id);
  }
}

class Limits {
  readonly #sql: SqlStorage;
  readonly #flow: FlowManifest;
  readonly #now: number;
  readonly #begun = new Map<string, number>();
  readonly #tats = new Map<string, number>();
  /** When a throttle lets the next one go. */
  wake: number | null = null;

  constructor(sql: SqlStorage, flow: FlowManifest, now: number) {
    this.#sql = sql;
    this.#flow = flow;
    this.#now = now;
  }

  allow({ ckey, tkey, skey }: Head): boolean {
    const { concurrency, singleton, throttle } = this.#flow;
    if (concurrency && this.#count("c", "ckey", ckey) >= concurrency.limit) return false;
    if (singleton && this.#count("s", "skey", skey) >= 1) return false;
    if (!throttle) return true;
    const at = Math.ceil(this.#tat(tkey) - (throttle.burst - 1) * (throttle.period_ms / throttle.limit));
    if (at <= this.#now) return true;
    this.wake = Math.min(this.wake ?? Infinity, at);
    return false;
  }

  take({ ckey, tkey, skey }: Head): void {
    const { concurrency, singleton, throttle } = this.#flow;
    if (concurrency) this.#begun.set(`c${ckey}`, this.#count("c", "ckey", ckey) + 1);
    if (singleton) this.#begun.set(`s${skey}`, this.#count("s", "skey", skey) + 1);
    if (!throttle) return;
    const tat = Math.max(this.#tat(tkey), this.#now) + throttle.period_ms / throttle.limit;
    this.#tats.set(tkey, tat);
    this.#sql.exec("INSERT OR REPLACE INTO throttles (tkey, tat) VALUES (?, ?)", tkey, tat);
    // Those that have room for all they may are as good as unknown.
    this.#sql.exec("DELETE FROM throttles WHERE tat < ?", this.#now - throttle.period_ms);
  }

  /** It has just been given its turn, so that its row counts; what counts was read before. */
  #count(kind: "c" | "s", column: "ckey" | "skey", key: string): number {
    const known = this.#begun.get(kind + key);
    if (known !== undefined) return known;
    const { n } = this.#sql.exec<{ n: number }>(`SELECT count(*) AS n FROM items WHERE ${column} = ? AND begun = 1`, key).one();
    this.#begun.set(kind + key, n);
    return n;
  }

  #tat(key: string): number {
    const known = this.#tats.get(key) ?? this.#sql.exec<{ tat: number }>("SELECT tat FROM throttles WHERE tkey = ?", key).toArray()[0]?.tat ?? 0;
    this.#tats.set(key, known);
    return known;
  }
}
