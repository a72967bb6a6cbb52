import { z } from "zod";
import type { apiKeys } from "../../../db/schema/api-keys.ts";
import { iso } from "../context.ts";

export type ApiKeyRow = typeof apiKeys.$inferSelect;

export const apiKeyView = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string().describe("How the key begins"),
  scopes: z.array(z.string()).nullable().describe("Permissions; null: all that its maker has"),
  created_by: z.string().nullable().describe("The user who made it; null: the operator"),
  created_at: z.string(),
  expires_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
  last_used_at: z.string().nullable().describe("To the minute"),
});
export type ApiKeyView = z.infer<typeof apiKeyView>;

export function viewApiKey({ id, name, prefix, scopes, created_by, ...times }: ApiKeyRow): ApiKeyView {
  const maybe = (ms: number | null) => (ms === null ? null : iso(ms));
  return { id, name, prefix, scopes, created_by, created_at: iso(times.created_at), expires_at: maybe(times.expires_at), revoked_at: maybe(times.revoked_at), last_used_at: maybe(times.last_used_at) };
}
