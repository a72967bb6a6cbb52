import { asc, gt } from "drizzle-orm";
import type { z } from "zod";
import { apiKeys } from "../../../db/schema/api-keys.ts";
import type { TenantContext } from "../context.ts";
import { type Page, type pageQuery, readCursor, toPage } from "../page.ts";
import { type ApiKeyView, viewApiKey } from "./view.ts";

/** Oldest first, revoked ones too. */
export async function listApiKeys({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof pageQuery> }): Promise<Page<ApiKeyView>> {
  const after = readCursor(input.cursor);
  const rows = await ctx.db.select(apiKeys, { where: after === null ? undefined : gt(apiKeys.id, after), orderBy: asc(apiKeys.id), limit: input.limit + 1 });
  return toPage(rows, input.limit, (row) => row.id, viewApiKey);
}
