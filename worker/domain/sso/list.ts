import { asc, gt } from "drizzle-orm";
import type { z } from "zod";
import { ssoProviders } from "../../../db/schema/sso.ts";
import type { TenantContext } from "../context.ts";
import { type Page, type pageQuery, readCursor, toPage } from "../page.ts";
import { type ProviderView, viewProvider } from "./view.ts";

/** Oldest first. */
export async function listProviders({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof pageQuery> }): Promise<Page<ProviderView>> {
  const after = readCursor(input.cursor);
  const rows = await ctx.db.select(ssoProviders, { where: after === null ? undefined : gt(ssoProviders.id, after), orderBy: asc(ssoProviders.id), limit: input.limit + 1 });
  return toPage(rows, input.limit, (row) => row.id, (row) => viewProvider(ctx.env, row));
}
