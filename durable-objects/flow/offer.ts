/**
 * A start comes in: it is refused, joined to one that is held, held, or queued. One transaction.
 *
 * Invariants
 * 1. The same id is one start: what came before is given back, whatever has become of it since.
 * 2. What is refused leaves no trace, and counts against nothing.
 * 3. A child is a start of its own, whose parent waits for it: it is never joined to another.
 * @module
 */
import { encode } from "../../sdk/schema/codec.ts";
import type { FlowManifest } from "../../sdk/schema/flow.ts";
import type { StartRequest } from "../execution/contract.ts";
import { sameInput } from "../execution/origin.ts";
import { itemOf, remove, requestOf } from "./items.ts";
import { type Keys, keysOf } from "./keys.ts";

export type Offered =
  /** It is there: under its own id, or under that of the one it was joined to. */
  | { kind: "known" | "joined"; id: string }
  | { kind: "taken"; id: string }
  | { kind: "refused"; code: "flow-rate-limited" | "flow-singleton" | "idempotency-key-reused"; detail: string; retryMs: number | null };

/** Ids that were joined to others are known for so long, ms. */
const aliasMs = 7 * 86_400_000;
/** Inputs of one batch, in characters. */
const largestBatch = 900_000;
/** What is accepted and has not begun by then is told to the index again, ms. */
export const tellAgainMs = 5_000;

export function offer(sql: SqlStorage, flow: FlowManifest, request: StartRequest, now: number): Offered {
  const [alias] = sql.exec<{ item: string; own: string | null }>("SELECT item, own FROM aliases WHERE id = ?", request.id).toArray();
  if (alias) return again(request, alias.own, alias.item);
  const item = itemOf(sql, request.id);
  if (item) return again(request, item.own ?? requestOf(item).input, request.id);
  const keys = keysOf(flow, request.input);
  const refused = overSingleton(sql, flow, keys) ?? overRate(sql, flow, keys, now);
  if (refused) return refused;
  if (flow.rate_limit) sql.exec("INSERT INTO starts (rkey, at, id) VALUES (?, ?, ?)", keys.rate, now, request.id);
  if (request.parent === null) {
    const joined = flow.debounce ? debounce(sql, flow.debounce, request, keys, now) : flow.batch ? collect(sql, flow.batch, request, keys, now) : null;
    if (joined) return joined;
  }
  if (flow.singleton?.mode === "cancel") endOthers(sql, keys, request, now);
  add(sql, request, keys, { state: "queued", due: null, until: null }, now);
  return { kind: "taken", id: request.id };
}

/** @param own the input that the id came with, where that is known */
function again(request: StartRequest, own: string | null, id: string): Offered {
  if (!request.inputMustMatch || own === null || sameInput(own, request.input)) return { kind: "known", id };
  return { kind: "refused", code: "idempotency-key-reused", detail: `the Idempotency-Key began execution ${id} with another input: send the same input, or another key for another execution`, retryMs: null };
}

function add(sql: SqlStorage, request: StartRequest, keys: Keys, { state, due, until }: { state: "held" | "queued"; due: number | null; until: number | null }, now: number): void {
  sql.exec(
    "INSERT INTO items (id, request, state, priority, ckey, tkey, skey, gkey, due, until, tell_at, own) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    request.id, JSON.stringify(request), state, keys.priority, keys.concurrency, keys.throttle, keys.single, keys.group, due, until, now + tellAgainMs, state === "held" && request.inputMustMatch ? request.input : null,
  );
}

function overSingleton(sql: SqlStorage, { singleton }: FlowManifest, keys: Keys): Offered | null {
  if (singleton?.mode !== "skip") return null;
  const [other] = sql.exec<{ id: string; begun: number; state: string }>("SELECT id, begun, state FROM items WHERE skey = ? AND state <> 'held' ORDER BY begun DESC LIMIT 1", keys.single).toArray();
  return other ? { kind: "refused", code: "flow-singleton", detail: `The workflow runs one execution at a time${forKey(singleton.key, keys.single)}, and ${other.id} ${other.begun ? "has not ended" : "waits its turn"}.`, retryMs: null } : null;
}

function overRate(sql: SqlStorage, { rate_limit: rule }: FlowManifest, keys: Keys, now: number): Offered | null {
  if (!rule) return null;
  sql.exec("DELETE FROM starts WHERE rkey = ? AND at <= ?", keys.rate, now - rule.period_ms);
  const { count, oldest } = sql.exec<{ count: number; oldest: number | null }>("SELECT count(*) AS count, min(at) AS oldest FROM starts WHERE rkey = ?", keys.rate).one();
  if (count < rule.limit) return null;
  const retryMs = (oldest ?? now) + rule.period_ms - now;
  return { kind: "refused", code: "flow-rate-limited", detail: `The workflow takes ${rule.limit} starts in ${rule.period_ms / 1_000} seconds${forKey(rule.key, keys.rate)}. There is room again in ${Math.ceil(retryMs / 1_000)} seconds.`, retryMs };
}

export function forKey(path: string | undefined, key: string): string {
  return path === undefined ? "" : ` for ${path} ${key}`;
}

/** The one that is held keeps its id, and gets what came last. */
function debounce(sql: SqlStorage, rule: NonNullable<FlowManifest["debounce"]>, request: StartRequest, keys: Keys, now: number): Offered {
  const [held] = sql.exec<{ id: string; request: string; until: number | null }>("SELECT id, request, until FROM items WHERE state = 'held' AND gkey = ?", keys.group).toArray();
  if (!held) {
    const until = rule.timeout_ms === undefined ? null : now + rule.timeout_ms;
    add(sql, request, keys, { state: "held", due: Math.min(now + rule.period_ms, until ?? Infinity), until }, now);
    return { kind: "taken", id: request.id };
  }
  const before = requestOf(held);
  const latest: StartRequest = { ...request, id: before.id, createdAt: before.createdAt };
  sql.exec(
    "UPDATE items SET request = ?, due = ?, size = size + 1, priority = ?, ckey = ?, tkey = ?, skey = ? WHERE id = ?",
    JSON.stringify(latest), Math.min(now + rule.period_ms, held.until ?? Infinity), keys.priority, keys.concurrency, keys.throttle, keys.single, held.id,
  );
  return join(sql, request, held.id, now);
}

function collect(sql: SqlStorage, rule: NonNullable<FlowManifest["batch"]>, request: StartRequest, keys: Keys, now: number): Offered {
  const [held] = sql.exec<{ id: string; size: number }>("SELECT id, size FROM items WHERE state = 'held' AND gkey = ?", keys.group).toArray();
  const full = held && sql.exec<{ n: number }>("SELECT sum(length(input)) AS n FROM inputs WHERE item = ?", held.id).one().n + request.input.length > largestBatch;
  if (held && full) sql.exec("UPDATE items SET due = ?, gkey = gkey || '#full' WHERE id = ?", now, held.id);
  const id = held && !full ? held.id : request.id;
  const size = held && !full ? held.size + 1 : 1;
  if (id === request.id) add(sql, request, keys, { state: "held", due: now + rule.timeout_ms, until: null }, now);
  sql.exec("INSERT INTO inputs (item, n, input) VALUES (?, ?, ?)", id, size, request.input);
  sql.exec("UPDATE items SET size = ?, priority = max(priority, ?) WHERE id = ?", size, keys.priority, id);
  if (size >= rule.size) sql.exec("UPDATE items SET due = ? WHERE id = ?", now, id);
  return id === request.id ? { kind: "taken", id } : join(sql, request, id, now);
}

function join(sql: SqlStorage, { id, input, inputMustMatch }: StartRequest, item: string, now: number): Offered {
  sql.exec("INSERT INTO aliases (id, item, at, own) VALUES (?, ?, ?, ?)", id, item, now, inputMustMatch ? input : null);
  sql.exec("DELETE FROM aliases WHERE at < ?", now - aliasMs);
  return { kind: "joined", id: item };
}

/** Whoever runs for the same key, or waits to, makes way. */
function endOthers(sql: SqlStorage, keys: Keys, request: StartRequest, now: number): void {
  sql.exec("UPDATE items SET state = 'ending', due = ?, tell_at = NULL, attempts = 0, reason = ? WHERE skey = ? AND state <> 'held' AND state <> 'ending'", now, `another execution took its place: ${request.id}`, keys.single);
}

/** An execution that waits is not wanted any more. False when it has begun, or is not here. */
export function giveUp(sql: SqlStorage, id: string, reason: string, now: number): boolean {
  const item = itemOf(sql, id);
  if (!item || item.state === "running") return false;
  sql.exec("UPDATE items SET state = 'ending', due = ?, tell_at = NULL, attempts = 0, reason = ? WHERE id = ?", now, reason, id);
  return true;
}

/** Ended, as its own object says. */
export function release(sql: SqlStorage, id: string): void {
  const item = itemOf(sql, id);
  if (item && item.begun === 1) remove(sql, id);
}

/** All that a batch holds, as one input. @param inputs encoded, in their order */
export function batchInput(decoded: readonly unknown[]): string {
  return encode({ items: decoded });
}
