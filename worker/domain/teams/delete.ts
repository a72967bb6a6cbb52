import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { memberships, teams } from "../../../db/schema/memberships.ts";
import { invitations } from "../../../db/schema/sessions.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { mustBeAbleTo } from "../../auth/can.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { findTeam } from "./find.ts";

/** @throws PlatformError `not-found`, `forbidden`, `conflict` while it has members or somebody is invited into it */
export async function deleteTeam({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<void> {
  const { id, name } = await findTeam(ctx, input.id);
  mustBeAbleTo(ctx.actor, "users.write", {});
  const members = ctx.db.exists(memberships, eq(memberships.team_id, id));
  const invited = ctx.db.exists(invitations, and(eq(invitations.team_id, id), isNull(invitations.accepted_at), isNull(invitations.revoked_at), gt(invitations.expires_at, ctx.now)));
  const done = await ctx.db.batchIf(sql`not ${members} and not ${invited}`, [ctx.db.delete(teams, eq(teams.id, id)), audited(ctx, { action: "team.delete", entityId: id, before: { name } })]);
  if (!done) throw new PlatformError("conflict", `The team ${name} has members, or people are invited into it. Move them first.`);
}
