import { and, eq, ne, sql } from "drizzle-orm";
import type { z } from "zod";
import { teams } from "../../../db/schema/memberships.ts";
import { mustBeAbleTo } from "../../auth/can.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { findTeam } from "./find.ts";
import { nameTaken } from "./name-taken.ts";
import { type teamBody, type TeamView, viewTeam } from "./view.ts";

/** @throws PlatformError `not-found`, `forbidden`, `conflict` when another team has the name */
export async function updateTeam({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof teamBody> & { id: string } }): Promise<TeamView> {
  const { id, name } = input;
  const before = await findTeam(ctx, id);
  mustBeAbleTo(ctx.actor, "users.write", { team_id: id });
  const done = await ctx.db.batchIf(sql`not ${ctx.db.exists(teams, and(ne(teams.id, id), sql`lower(${teams.name}) = lower(${name})`))}`, [
    ctx.db.update(teams, { name }, eq(teams.id, id)),
    audited(ctx, { action: "team.update", entityId: id, before: { name: before.name }, after: { name } }),
  ]);
  if (!done) throw nameTaken(name);
  return viewTeam(ctx, { ...before, name });
}
