import { z } from "zod";
import type { apiKeys } from "../../../db/schema/api-keys.ts";
import { iso } from "../context.ts";

export const apiKeyView = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string().describe("How the key begins"),
  created_at: z.string(),
  revoked_at: z.string().nullable(),
  last_used_at: z.string().nullable().describe("To the minute"),
});
export type ApiKeyView = z.infer<typeof apiKeyView>;

export function viewApiKey(row: typeof apiKeys.$inferSelect): ApiKeyView {
  const maybe = (ms: number | null) => (ms === null ? null : iso(ms));
  return { id: row.id, name: row.name, prefix: row.prefix, created_at: iso(row.created_at), revoked_at: maybe(row.revoked_at), last_used_at: maybe(row.last_used_at) };
}
