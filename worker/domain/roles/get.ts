import { eq } from "drizzle-orm";
import { roles } from "../../../db/schema/roles.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { isBuiltInRole } from "../../auth/roles.ts";
import type { TenantContext } from "../context.ts";
import { type RoleRow, type RoleView, viewBuiltIn, viewRole } from "./view.ts";

/** @throws PlatformError `not-found` */
export async function getRole({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<RoleView> {
  return isBuiltInRole(input.id) ? viewBuiltIn(input.id) : viewRole(await findOwnRole(ctx, input.id));
}

/** @throws PlatformError `not-found`, `conflict` for a built-in role */
export async function findOwnRole(ctx: TenantContext, id: string): Promise<RoleRow> {
  if (isBuiltInRole(id)) throw new PlatformError("conflict", `The role ${id} is built in and stays as it is. Make one of your own beside it.`);
  const row = await ctx.db.first(roles, eq(roles.id, id));
  if (!row) throw new PlatformError("not-found", `There is no role ${id}. \`GET /api/v1/roles\` lists them.`);
  return row;
}
