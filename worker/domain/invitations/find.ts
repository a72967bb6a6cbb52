import { eq } from "drizzle-orm";
import type { InvitationRow } from "../../../db/invitations.ts";
import { invitations } from "../../../db/schema/sessions.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { mustBeAbleTo } from "../../auth/can.ts";
import type { TenantContext } from "../context.ts";

/**
 * An invitation that the actor may change.
 * @throws PlatformError `not-found`, `forbidden`
 */
export async function findOwnInvitation(ctx: TenantContext, id: string): Promise<InvitationRow> {
  const row = await ctx.db.first(invitations, eq(invitations.id, id));
  if (!row) throw new PlatformError("not-found", `There is no invitation ${id}.`);
  mustBeAbleTo(ctx.actor, "users.write", { owner_id: row.invited_by, team_id: row.team_id });
  return row;
}
