import { and, eq, ne, sql } from "drizzle-orm";
import type { z } from "zod";
import { roles } from "../../../db/schema/roles.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { mustCover, nameTaken } from "./create.ts";
import { findOwnRole } from "./get.ts";
import { type roleChange, type RoleRow, type RoleView, viewRole } from "./view.ts";

/**
 * Counts for everybody who has the role from their next request on.
 * @throws PlatformError `not-found`, `forbidden` for more than the actor may, `conflict`
 */
export async function updateRole({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof roleChange> & { id: string } }): Promise<RoleView> {
  const { id, ...change } = input;
  const before = await findOwnRole(ctx, id);
  const after: RoleRow = {
    ...before,
    name: change.name ?? before.name,
    description: change.description === undefined ? before.description : change.description,
    grants: change.grants ?? before.grants,
    masked: change.masked ?? before.masked,
    updated_at: ctx.now,
  };
  mustCover(ctx, before);
  mustCover(ctx, after);
  const fields = ({ name, description, grants, masked }: RoleRow) => ({ name, description, grants, masked });
  const free = sql`not ${ctx.db.exists(roles, and(ne(roles.id, id), sql`lower(${roles.name}) = lower(${after.name})`))}`;
  const done = await ctx.db.batchIf(free, [
    ctx.db.update(roles, { ...fields(after), updated_at: ctx.now }, eq(roles.id, id)),
    audited(ctx, { action: "role.update", entityId: id, before: fields(before), after: fields(after) }),
  ]);
  if (!done) throw nameTaken(after.name);
  return viewRole(after);
}
