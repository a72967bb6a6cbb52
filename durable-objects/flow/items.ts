/**
 * Rows of a flow: what the functions beside it share.
 * @module
 */
import type { FlowManifest } from "../../sdk/schema/flow.ts";
import type { StartRequest } from "../execution/contract.ts";

export type ItemState = "held" | "queued" | "starting" | "running" | "ending";

export type Item = {
  seq: number;
  id: string;
  request: string;
  state: ItemState;
  begun: number;
  priority: number;
  ckey: string;
  tkey: string;
  skey: string;
  gkey: string;
  due: number | null;
  until: number | null;
  size: number;
  attempts: number;
  tell_at: number | null;
  reason: string | null;
  own: string | null;
};

export function itemOf(sql: SqlStorage, id: string): Item | null {
  return sql.exec<Item>("SELECT * FROM items WHERE id = ?", id).toArray()[0] ?? null;
}

export function requestOf(item: Pick<Item, "request">): StartRequest {
  return JSON.parse(item.request) as StartRequest;
}

export interface FlowState {
  tenant: string;
  workflowId: string;
  flow: FlowManifest;
  readAt: number;
}

export function stateOf(sql: SqlStorage): FlowState | null {
  const [row] = sql.exec<{ tenant: string; workflow_id: string; config: string; read_at: number }>("SELECT * FROM state").toArray();
  return row ? { tenant: row.tenant, workflowId: row.workflow_id, flow: JSON.parse(row.config) as FlowManifest, readAt: row.read_at } : null;
}

/** What the workflow asks for now. */
export function saveState(sql: SqlStorage, tenant: string, workflowId: string, flow: FlowManifest, now: number): void {
  const text = JSON.stringify(flow);
  const [row] = sql.exec<{ config: string; read_at: number }>("SELECT config, read_at FROM state").toArray();
  if (row?.config === text && now - row.read_at < 5_000) return;
  sql.exec("INSERT INTO state (id, tenant, workflow_id, config, read_at) VALUES (1, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET config = excluded.config, read_at = excluded.read_at", tenant, workflowId, text, now);
}

/** Whether it counts how many have begun and not ended. */
export function tracks(flow: FlowManifest): boolean {
  return flow.concurrency !== undefined || flow.singleton !== undefined;
}

export function remove(sql: SqlStorage, id: string): void {
  sql.exec("DELETE FROM inputs WHERE item = ?", id);
  sql.exec("DELETE FROM items WHERE id = ?", id);
}
