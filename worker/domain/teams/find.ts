import { eq } from "drizzle-orm";
import { teams } from "../../../db/schema/memberships.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { TenantContext } from "../context.ts";

export type TeamRow = typeof teams.$inferSelect;

/** @throws PlatformError `not-found` */
export async function findTeam(ctx: Pick<TenantContext, "db">, id: string): Promise<TeamRow> {
  const row = await ctx.db.first(teams, eq(teams.id, id));
  if (!row) throw new PlatformError("not-found", `There is no team ${id}. \`GET /api/v1/teams\` lists them.`);
  return row;
}
