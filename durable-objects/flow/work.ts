/**
 * What a flow has to tell others: whom to start, whom to end, whom to ask. Each piece is taken
 * for a while, so that it is done again if nothing is heard of it; every one may be repeated.
 * @module
 */
import { errorMessage } from "../../db/error-message.ts";
import { terminalStatuses, type ExecutionStatus } from "../../sdk/schema/execution.ts";
import type { FlowManifest } from "../../sdk/schema/flow.ts";
import { type Item, itemOf, remove, requestOf, tracks } from "./items.ts";
import type { FlowPlatform } from "./ports.ts";

/** A piece of work that was taken is taken again after so long, ms. */
const claimMs = 15_000;
/** How often it is asked whether an execution has ended that nobody has said so of, ms. */
export const pollMs = 30_000;
const piecesAtOnce = 32;

/** Takes what is due. */
export function takeWork(sql: SqlStorage, now: number): Item[] {
  const items = sql.exec<Item>("SELECT * FROM items WHERE due <= ? AND state IN ('starting', 'running', 'ending') ORDER BY due, seq LIMIT ?", now, piecesAtOnce).toArray();
  for (const { id } of items) sql.exec("UPDATE items SET due = ? WHERE id = ?", now + claimMs, id);
  return items;
}

/** The same of one that has just been given its turn. */
export function takeStart(sql: SqlStorage, id: string, now: number): Item | null {
  const item = itemOf(sql, id);
  if (item?.state !== "starting") return null;
  sql.exec("UPDATE items SET due = ? WHERE id = ?", now + claimMs, id);
  return item;
}

/** Accepted, and the index does not know. */
export function takeUntold(sql: SqlStorage, now: number): Item[] {
  const items = sql.exec<Item>("SELECT * FROM items WHERE tell_at <= ? LIMIT ?", now, piecesAtOnce).toArray();
  for (const { id } of items) sql.exec("UPDATE items SET tell_at = ? WHERE id = ?", now + claimMs, id);
  return items;
}

/** It has begun: it counts until it ends, where anybody counts. */
export function started(sql: SqlStorage, flow: FlowManifest, id: string, now: number): void {
  if (!tracks(flow)) sql.exec("DELETE FROM items WHERE id = ? AND state = 'starting'", id);
  else sql.exec("UPDATE items SET state = CASE state WHEN 'starting' THEN 'running' ELSE state END, due = CASE state WHEN 'starting' THEN ? ELSE due END, attempts = 0, tell_at = NULL WHERE id = ?", now + pollMs, id);
}

/** It is tried again, later each time. */
export function failed(sql: SqlStorage, id: string, now: number): void {
  sql.exec("UPDATE items SET due = ? + min(60000, 1000 << min(attempts, 6)), attempts = attempts + 1 WHERE id = ?", now, id);
}

/** What is known of an execution that has begun. */
export function heard(sql: SqlStorage, id: string, status: ExecutionStatus | null, now: number): void {
  if (status === null) sql.exec("UPDATE items SET state = 'starting', due = ? WHERE id = ? AND state = 'running'", now, id);
  else if (terminalStatuses.includes(status)) remove(sql, id);
  else sql.exec("UPDATE items SET due = ? WHERE id = ? AND state = 'running'", now + pollMs, id);
}

/** When the alarm has to ring. */
export function nextWake(sql: SqlStorage): number | null {
  return sql.exec<{ at: number | null }>("SELECT min(at) AS at FROM (SELECT min(due) AS at FROM items WHERE due IS NOT NULL UNION ALL SELECT min(tell_at) FROM items WHERE tell_at IS NOT NULL UNION ALL SELECT wake FROM state)").one().at;
}

export interface Doing {
  sql: SqlStorage;
  platform: FlowPlatform;
  /** In one transaction, with whose turn it is afterwards. */
  write(change: () => void): void;
  flow(): FlowManifest;
  now(): number;
}

/** Does one piece. Never throws: what fails is tried again. */
export async function doPiece(doing: Doing, item: Item): Promise<void> {
  const { sql, platform, write, now } = doing;
  const request = requestOf(item);
  try {
    if (item.state === "starting") await begin(doing, item);
    else if (item.state === "ending") {
      await platform.end(request, item.reason ?? "cancelled");
      write(() => remove(sql, item.id));
    } else {
      const status = await platform.status(request.tenant, item.id);
      write(() => heard(sql, item.id, status, now()));
    }
  } catch (error) {
    console.error(JSON.stringify({ level: "error", event: "flow-failed", execution: item.id, state: item.state, message: errorMessage(error) }));
    write(() => failed(sql, item.id, now()));
  }
}

/** @throws what the start threw: it is not known whether it has begun */
export async function begin({ sql, platform, write, flow, now }: Doing, item: Item): Promise<Awaited<ReturnType<FlowPlatform["start"]>>> {
  const reply = await platform.start(requestOf(item));
  // What its object refuses will not begin: it holds up nobody.
  write(() => (reply.ok ? started(sql, flow(), item.id, now()) : remove(sql, item.id)));
  if (!reply.ok) console.error(JSON.stringify({ level: "error", event: "flow-refused", execution: item.id, code: reply.code, message: reply.detail }));
  return reply;
}
