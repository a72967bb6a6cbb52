/**
 * An execution of a tenant, in tests of actions.
 * @module
 */
import type { Cause } from "../../../durable-objects/execution/ports.ts";
import { decode, encode } from "../../../sdk/schema/codec.ts";
import type { ActReply } from "../../../sdk/schema/journal.ts";
import { act } from "../../actions/act.ts";
import { env, type Tenant } from "./harness.ts";

export interface Execution {
  /** @param key another one for each call when left out */
  act(action: string, params: unknown, key?: string): Promise<ActReply>;
  /** The result; throws the refusal. */
  do<T = unknown>(action: string, params: unknown, key?: string): Promise<T>;
  value<T>(reply: ActReply): T;
  rows(sql: string, ...values: unknown[]): Promise<{ results: Record<string, unknown>[] }>;
}

let keys = 0;

export function acting({ id: tenant }: Pick<Tenant, "id">, cause: Partial<Cause> = {}): Execution {
  const from: Cause = { tenant, executionId: "e-1", workflowId: "test", chain: [], ...cause };
  const value = <T>(reply: ActReply): T => {
    if (!reply.ok) throw new Error(`${reply.code}: ${reply.detail}`);
    return decode(reply.value) as T;
  };
  const one: Execution["act"] = async (action, params, key = `call-${++keys}`) => {
    const after: Promise<unknown>[] = [];
    const reply = await act({ env, now: Date.now(), waitUntil: (work) => void after.push(work) }, from, { action, params: encode(params), key: `${from.executionId}:${key}` });
    await Promise.all(after);
    return reply;
  };
  return { act: one, value, do: async (action, params, key) => value(await one(action, params, key)), rows: (sql, ...values) => env.DB.prepare(`${sql} and tenant_id = ?`).bind(...values, tenant).all<Record<string, unknown>>() };
}

/** What became of a record, in order. */
export async function historyOf(tenant: Tenant, id: string): Promise<string[]> {
  const { results } = await acting(tenant).rows("select action from audit_events where entity_id = ?", id);
  return results.map(({ action }) => String(action));
}
