import { asc, eq, gt } from "drizzle-orm";
import type { z } from "zod";
import { hooks } from "../../../db/schema/hooks.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { TenantContext } from "../context.ts";
import { type Page, type pageQuery, readCursor, toPage } from "../page.ts";
import { type HookView, viewHook } from "./view.ts";

export const missing = (path: string) => new PlatformError("not-found", `No hook is set up at \`${path}\`.`);

/** @throws PlatformError `not-found` */
export async function getHook({ ctx, input }: { ctx: TenantContext; input: { path: string } }): Promise<HookView> {
  const row = await ctx.db.first(hooks, eq(hooks.path, input.path));
  if (!row) throw missing(input.path);
  return viewHook(row, ctx.now);
}

/** By path. */
export async function listHooks({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof pageQuery> }): Promise<Page<HookView>> {
  const after = readCursor(input.cursor);
  const rows = await ctx.db.select(hooks, { where: after === null ? undefined : gt(hooks.path, after), orderBy: asc(hooks.path), limit: input.limit + 1 });
  return toPage(rows, input.limit, (row) => row.path, (row) => viewHook(row, ctx.now));
}
