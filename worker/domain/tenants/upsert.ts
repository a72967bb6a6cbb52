import { z } from "zod";
import { newId } from "../../../db/ids.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import { findKeyOwner, upsertTenant } from "../../../db/tenants.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { hashApiKey, isApiKey } from "../../auth/api-key.ts";
import { createApiKey, storeApiKey } from "../api-keys/create.ts";
import { parseTenantPolicy, tenantEgress } from "../../egress/tenant-policy.ts";
import { iso, type OperatorContext } from "../context.ts";

const egress = tenantEgress.superRefine((lists, check) => {
  try {
    parseTenantPolicy(lists);
  } catch (error) {
    check.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) });
  }
});

export const tenantBody = z.strictObject({
  slug: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "lower case letters, digits and `-`; at most 63"),
  name: z.string().trim().min(1).max(200),
  api_key: z.string().refine(isApiKey, "`es_` and 32 bytes in base64url").optional().describe("A key that shall open the tenant; sending it again changes nothing"),
  key_name: z.string().trim().min(1).max(100).default("default"),
  egress: egress.optional().describe("Hosts its code may, and may not, reach; left out: as it was"),
  limits: z.record(z.string(), z.json()).optional(),
});

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
export async function upsertTenantByOperator({ ctx, input }: { ctx: OperatorContext; input: z.infer<typeof tenantBody> }): Promise<UpsertedTenant> {
  const owner = input.api_key === undefined ? null : await findKeyOwner(ctx.env.DB, await hashApiKey(input.api_key));
  if (owner?.revoked_at) throw new PlatformError("conflict", "This API key was revoked. Send another.");
  const id = newId(ctx.now);
  const { slug, name, egress, limits } = input;
  const row = await upsertTenant(ctx.env.DB, { id, slug, name, egress, limits, created_at: ctx.now }, owner?.tenant_id ?? null);
  if (!row) throw new PlatformError("conflict", "This API key belongs to another tenant.");
  const created = row.id === id;
  const db = tenantDb(ctx.env.DB, row.id);
  let apiKey = input.api_key ?? null;
  if (apiKey === null && created) apiKey = (await createApiKey({ ctx: { db, now: ctx.now }, input: { name: input.key_name } })).api_key;
  else if (apiKey !== null && owner === null) await storeApiKey(db, { key: apiKey, name: input.key_name, now: ctx.now });
  return { tenant: { id: row.id, slug: row.slug, name: row.name, created_at: iso(row.created_at), api_key: apiKey }, created };
}
