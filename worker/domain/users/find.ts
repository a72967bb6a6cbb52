import { eq } from "drizzle-orm";
import { listMembers, type Member } from "../../../db/members.ts";
import { memberships } from "../../../db/schema/memberships.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { mustBeAbleTo } from "../../auth/can.ts";
import type { TenantContext } from "../context.ts";

/**
 * A member of the tenant whom the actor may see, or change.
 * @throws PlatformError `not-found`, `forbidden`
 */
export async function findUser(ctx: TenantContext, id: string, permission: "users.read" | "users.write"): Promise<Member> {
  const [row] = await listMembers(ctx.env.DB, ctx.tenant, { where: eq(memberships.user_id, id), limit: 1 });
  if (!row) throw new PlatformError("not-found", `There is no user ${id}.`);
  mustBeAbleTo(ctx.actor, permission, { owner_id: row.id, team_id: row.team_id });
  return row;
}
