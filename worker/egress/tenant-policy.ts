/**
 * A tenant's own lists, from its row in `tenants`, and its secrets. Fails closed: whoever
 * cannot be looked up, or whose list cannot be read, reaches nothing until that is mended.
 * @module
 */
import { z } from "zod";
import { type HostRule, parseHostList } from "./host-list.ts";
import { SecretList } from "./secrets-list.ts";

/** The column `tenants.egress`. */
export const tenantEgress = z.strictObject({
  allow: z.array(z.string().max(256)).max(1000).default([]),
  deny: z.array(z.string().max(256)).max(1000).default([]),
});
export type TenantEgress = z.infer<typeof tenantEgress>;

export interface TenantPolicy {
  tenantAllow: readonly HostRule[];
  tenantDeny: readonly HostRule[];
}

/** Rules and secrets come with one query: most requests need no other. */
export interface TenantRules {
  policy: TenantPolicy;
  secrets: SecretList;
  /** When they were read, ms since the epoch. */
  at: number;
}

/** How long a change of a tenant's lists may take to be seen, in ms. */
export const policyAge = 30_000;
const policiesKept = 1_000;
/** Per isolate, keyed by tenant; least recently read goes first. */
const cache = new Map<string, TenantRules>();

/** @throws HostListError for an entry that cannot be read, ZodError for another shape. */
export function parseTenantPolicy(value: unknown): TenantPolicy {
  const { allow, deny } = tenantEgress.parse(value ?? {});
  return {
    tenantAllow: parseHostList(allow, "the tenant's allow list", true),
    tenantDeny: parseHostList(deny, "the tenant's deny list", true),
  };
}

const query = `select egress, (
    select json_group_array(json_object('id', id, 'name', name, 'workflow', workflow_id, 'hosts', json(hosts), 'sealed', sealed))
    from variables where tenant_id = tenants.id and type = 'secret' and sealed is not null
  ) as secrets from tenants where id = ?`;

/**
 * @param maxAge ms; what was read earlier is read anew
 * @throws Error when the tenant does not exist, D1 does not answer, or the lists cannot be read
 */
export async function tenantRules(env: { DB: D1Database }, tenant: string, now = Date.now(), maxAge = policyAge): Promise<TenantRules> {
  const kept = cache.get(tenant);
  if (kept && kept.at > now - maxAge) return kept;
  const row = await env.DB.prepare(query).bind(tenant).first<{ egress: string | null; secrets: string }>();
  if (!row) throw new Error(`there is no tenant ${tenant}`);
  const rules: TenantRules = { policy: parseTenantPolicy(row.egress === null ? null : JSON.parse(row.egress)), secrets: SecretList.parse(row.secrets), at: now };
  cache.delete(tenant);
  cache.set(tenant, rules);
  const [oldest] = cache.keys();
  if (cache.size > policiesKept && oldest !== undefined) cache.delete(oldest);
  return rules;
}

/** The rules alone. @throws as {@link tenantRules} */
export async function tenantPolicy(env: { DB: D1Database }, tenant: string, now = Date.now()): Promise<TenantPolicy> {
  return (await tenantRules(env, tenant, now)).policy;
}
