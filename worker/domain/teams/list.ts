import { and, asc, eq, gt, type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { teams } from "../../../db/schema/memberships.ts";
import { scopeOf } from "../../auth/can.ts";
import type { TenantContext } from "../context.ts";
import { type Page, type pageQuery, readCursor, toPage } from "../page.ts";
import { type TeamView, viewTeams } from "./view.ts";

/** The tenant's teams, or the actor's own, by when they were made. */
export async function listTeams({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof pageQuery> }): Promise<Page<TeamView>> {
  const after = readCursor(input.cursor);
  const rows = await ctx.db.select(teams, { where: and(within(ctx), after === null ? undefined : gt(teams.id, after)), orderBy: asc(teams.id), limit: input.limit + 1 });
  const page = toPage(rows, input.limit, (row) => row.id, (row) => row);
  return { ...page, data: await viewTeams(ctx, page.data) };
}

function within({ actor }: TenantContext): SQL | undefined {
  const scope = scopeOf(actor, "users.read");
  if (scope === "all") return undefined;
  return scope === "team" && actor.kind === "user" && actor.teamId !== null ? eq(teams.id, actor.teamId) : sql`false`;
}
