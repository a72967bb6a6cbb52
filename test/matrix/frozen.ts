/**
 * Everything that is kept of a tenant, to compare: what was refused has changed nothing.
 * @module
 */
import type { Ground } from "./ground.ts";
import { env } from "./lab.ts";

/** When a credential was last used is noted even where it opens nothing. */
const volatile = new Set(["last_used_at"]);
/** Counters of what was asked for, allowed or not. */
const counters = new Set(["usage"]);

type Rows = Record<string, unknown>[];

/** Rows by table, and executions as they show themselves. */
export async function keptOf(ground: Ground, executions: readonly string[]): Promise<Record<string, Rows>> {
  const { results } = await env.DB.prepare("select name, sql from sqlite_master where type = 'table'").all<{ name: string; sql: string }>();
  const owned = results.filter(({ name, sql }) => /\btenant_id\b/.test(sql) && !counters.has(name)).map(({ name }) => name);
  const ofTenant = owned.map((name) => env.DB.prepare(`select * from ${name} where tenant_id = ?`).bind(ground.id));
  const itself = env.DB.prepare("select * from tenants where id = ?").bind(ground.id);
  const people = env.DB.prepare("select * from users where id in (select user_id from memberships where tenant_id = ?)").bind(ground.id);
  const rows = await env.DB.batch<Record<string, unknown>>([...ofTenant, itself, people]);
  const tables = [...owned, "tenants", "users"].map((name, index) => [name, (rows[index]?.results ?? []).map(settled)] as const);
  const shown = await Promise.all(executions.map(async (id) => (await ground.call("GET", `/executions/${id}`)).json ?? {}));
  return { ...Object.fromEntries(tables), executions: shown };
}

function settled(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([column]) => !volatile.has(column)));
}

const idShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Every id in these rows. */
export function idsIn(kept: Record<string, Rows>): Set<string> {
  const ids = new Set<string>();
  JSON.stringify(kept, (_key, value: unknown) => {
    if (typeof value === "string" && idShape.test(value)) ids.add(value);
    return value;
  });
  return ids;
}
