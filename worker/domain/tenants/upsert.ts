import { z } from "zod";
import { newId } from "../../../db/ids.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import { findKeyOwner, findTenantBySlug, insertTenant, type TenantRow, updateTenant } from "../../../db/tenants.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { hashApiKey, isApiKey, newApiKey } from "../../auth/api-key.ts";
import { limitDeviations } from "../../auth/plans.ts";
import { makeApiKey } from "../api-keys/make.ts";
import { audited, type AuditContext } from "../audit/record.ts";
import { iso, type OperatorContext } from "../context.ts";
import { egressLists } from "./egress-lists.ts";
import { plan } from "./view.ts";

export const tenantBody = z.strictObject({
  slug: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "lower case letters, digits and `-`; at most 63"),
  name: z.string().trim().min(1).max(200),
  api_key: z.string().refine(isApiKey, "`es_` and 32 bytes in base64url").optional().describe("A key that shall open the tenant; sending it again changes nothing"),
  key_name: z.string().trim().min(1).max(100).default("default"),
  egress: egressLists.optional().describe("Hosts its code may, and may not, reach; left out: as it was"),
  plan: plan.optional().describe("Left out: as it was; `free` for a new tenant"),
  limits: limitDeviations.optional(),
});
type TenantBody = z.infer<typeof tenantBody>;

export const tenantView = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  created_at: z.string(),
  api_key: z.string().nullable().describe("The key that was sent, or that was made for a new tenant; null for a tenant that was there"),
});

export interface UpsertedTenant {
  tenant: z.infer<typeof tenantView>;
  created: boolean;
}

/**
 * Creates the tenant, or changes the one with this slug.
 * @throws PlatformError `conflict` when the key is another tenant's or was revoked
 */
export async function upsertTenantByOperator({ ctx, input }: { ctx: OperatorContext; input: TenantBody }): Promise<UpsertedTenant> {
  const { DB } = ctx.env;
  const owner = input.api_key === undefined ? null : await findKeyOwner(DB, await hashApiKey(input.api_key));
  if (owner?.revoked_at) throw new PlatformError("conflict", "This API key was revoked. Send another.");
  const row = await findTenantBySlug(DB, input.slug);
  if (owner && owner.tenant_id !== row?.id) throw new PlatformError("conflict", "This API key belongs to another tenant.");
  if (row) return { tenant: view(await change(ctx, row, input, owner === null), input.api_key ?? null), created: false };
  try {
    return { tenant: await create(ctx, input), created: true };
  } catch (error) {
    // Somebody else has just made it: then it is changed.
    if (await findTenantBySlug(DB, input.slug)) return upsertTenantByOperator({ ctx, input });
    throw error;
  }
}

async function create(ctx: OperatorContext, input: TenantBody): Promise<z.infer<typeof tenantView>> {
  const { slug, name, egress, plan = "free", limits, api_key = newApiKey() } = input;
  const row = { id: newId(ctx.now), slug, name, egress: egress ?? null, plan, limits: limits ?? null, created_at: ctx.now };
  const audit = inTenant(ctx, row.id);
  const key = await makeApiKey(audit, { key: api_key, name: input.key_name, scopes: null, createdBy: null, expiresAt: null });
  await audit.db.batch([insertTenant(ctx.env.DB, row), audited(audit, { action: "tenant.create", entityId: row.id, after: { slug, name, egress, plan, limits } }), ...key.statements]);
  return view(row, api_key);
}

/** What is left out stays, and nothing is told where nothing changes. */
async function change(ctx: OperatorContext, row: TenantRow, { name, egress, plan, limits, api_key, key_name }: TenantBody, newKey: boolean): Promise<TenantRow> {
  const audit = inTenant(ctx, row.id);
  const before = { name: row.name, egress: row.egress, plan: row.plan, limits: row.limits };
  const after = { name, egress: egress ?? row.egress, plan: plan ?? row.plan, limits: limits ?? row.limits };
  const key = api_key !== undefined && newKey ? await makeApiKey(audit, { key: api_key, name: key_name, scopes: null, createdBy: null, expiresAt: null }) : null;
  const differs = JSON.stringify(before) !== JSON.stringify(after);
  await audit.db.batch([...(differs ? [updateTenant(ctx.env.DB, row.id, after), audited(audit, { action: "tenant.update", entityId: row.id, before, after })] : []), ...(key?.statements ?? [])]);
  return { ...row, ...after };
}

/** What the operator changes is told in the log of the tenant that it concerns. */
export function inTenant({ env, now, requestId, caller }: OperatorContext, tenant: string): AuditContext {
  return { db: tenantDb(env.DB, tenant), now, requestId, caller, actor: { kind: "operator" } };
}

function view({ id, slug, name, created_at }: Pick<TenantRow, "id" | "slug" | "name" | "created_at">, apiKey: string | null): z.infer<typeof tenantView> {
  return { id, slug, name, created_at: iso(created_at), api_key: apiKey };
}
