/**
 * A tenant's own lists, from its row in `tenants`. Fails closed: whoever cannot be looked
 * up, or whose list cannot be read, reaches nothing until that is mended.
 * @module
 */
import { z } from "zod";
import { type HostRule, parseHostList } from "./host-list.ts";

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

/** How long a change of a tenant's lists may take to be seen, in ms. */
export const policyAge = 30_000;
const policiesKept = 1_000;
/** Per isolate, keyed by tenant; least recently read goes first. */
const cache = new Map<string, { policy: TenantPolicy; until: number }>();

/** @throws HostListError for an entry that cannot be read, ZodError for another shape. */
export function parseTenantPolicy(value: unknown): TenantPolicy {
  const { allow, deny } = tenantEgress.parse(value ?? {});
  return {
    tenantAllow: parseHostList(allow, "the tenant's allow list", true),
    tenantDeny: parseHostList(deny, "the tenant's deny list", true),
  };
}

/** @throws Error when the tenant does not exist, D1 does not answer, or the lists cannot be read. */
export async function tenantPolicy(env: { DB: D1Database }, tenant: string, now = Date.now()): Promise<TenantPolicy> {
  const kept = cache.get(tenant);
  if (kept && kept.until > now) return kept.policy;
  const row = await env.DB.prepare("select egress from tenants where id = ?").bind(tenant).first<{ egress: string | null }>();
  if (!row) throw new Error(`there is no tenant ${tenant}`);
  const policy = parseTenantPolicy(row.egress === null ? null : JSON.parse(row.egress));
  cache.delete(tenant);
  cache.set(tenant, { policy, until: now + policyAge });
  const [oldest] = cache.keys();
  if (cache.size > policiesKept && oldest !== undefined) cache.delete(oldest);
  return policy;
}
