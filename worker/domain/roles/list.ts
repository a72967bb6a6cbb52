import { asc, gt } from "drizzle-orm";
import type { z } from "zod";
import { roles } from "../../../db/schema/roles.ts";
import { type BuiltInRole, builtInRoles } from "../../auth/roles.ts";
import type { TenantContext } from "../context.ts";
import { type Page, type pageQuery, readCursor, toPage } from "../page.ts";
import { type RoleView, viewBuiltIn, viewRole } from "./view.ts";

/** The built-in ones, which come on top of the first page, then the tenant's own. */
export async function listRoles({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof pageQuery> }): Promise<Page<RoleView>> {
  const after = readCursor(input.cursor);
  const rows = await ctx.db.select(roles, { where: after === null ? undefined : gt(roles.id, after), orderBy: asc(roles.id), limit: input.limit + 1 });
  const page = toPage(rows, input.limit, (row) => row.id, viewRole);
  const builtIn = after === null ? (Object.keys(builtInRoles) as BuiltInRole[]).map(viewBuiltIn) : [];
  return { ...page, data: [...builtIn, ...page.data] };
}
