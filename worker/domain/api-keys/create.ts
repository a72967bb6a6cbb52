import { z } from "zod";
import { newId } from "../../../db/ids.ts";
import { apiKeys } from "../../../db/schema/api-keys.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";
import { apiKeyPrefix, hashApiKey, newApiKey } from "../../auth/api-key.ts";
import type { TenantContext } from "../context.ts";
import { apiKeyView, viewApiKey } from "./view.ts";

export const apiKeyBody = z.strictObject({ name: z.string().trim().min(1).max(100) });

export const newApiKeyView = apiKeyView.extend({ api_key: z.string().describe("Shown this once") });
export type NewApiKeyView = z.infer<typeof newApiKeyView>;

export async function createApiKey({ ctx, input }: { ctx: Pick<TenantContext, "db" | "now">; input: z.infer<typeof apiKeyBody> }): Promise<NewApiKeyView> {
  return storeApiKey(ctx.db, { key: newApiKey(), name: input.name, now: ctx.now });
}

/** Keeps a key that was made here or by the operator. */
export async function storeApiKey(db: TenantDb, { key, name, now }: { key: string; name: string; now: number }): Promise<NewApiKeyView> {
  const row = { id: newId(now), name, prefix: apiKeyPrefix(key), hash: await hashApiKey(key), scopes: null, created_by: null, expires_at: null, created_at: now, revoked_at: null, last_used_at: null };
  await db.insert(apiKeys, row);
  return { ...viewApiKey({ ...row, tenant_id: db.tenant }), api_key: key };
}
