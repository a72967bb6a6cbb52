import { and, desc, eq, lt, or, type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { invitations } from "../../../db/schema/sessions.ts";
import type { TenantActor } from "../../auth/actor.ts";
import { scopeOf } from "../../auth/can.ts";
import type { TenantContext } from "../context.ts";
import { type Page, type pageQuery, readCursor, toPage } from "../page.ts";
import { type InvitationView, viewInvitation } from "./view.ts";

/** The latest first, those that are over too. */
export async function listInvitations({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof pageQuery> }): Promise<Page<InvitationView>> {
  const before = readCursor(input.cursor);
  const where = and(within(ctx.actor), before === null ? undefined : lt(invitations.id, before));
  const rows = await ctx.db.select(invitations, { where, orderBy: desc(invitations.id), limit: input.limit + 1 });
  return toPage(rows, input.limit, (row) => row.id, (row) => viewInvitation(ctx.actor, row, ctx.now));
}

/** Those that the actor's permission is about: into their team, or made by them. */
function within(actor: TenantActor): SQL | undefined {
  const scope = scopeOf(actor, "users.read");
  if (scope === "all") return undefined;
  if (actor.kind !== "user") return sql`false`;
  return or(eq(invitations.invited_by, actor.userId), scope === "team" && actor.teamId !== null ? eq(invitations.team_id, actor.teamId) : undefined);
}
