import { sql } from "drizzle-orm";
import type { z } from "zod";
import { newId } from "../../../db/ids.ts";
import { teams } from "../../../db/schema/memberships.ts";
import { mustBeAbleTo } from "../../auth/can.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { nameTaken } from "./name-taken.ts";
import { type teamBody, type TeamView, viewTeam } from "./view.ts";

/** @throws PlatformError `forbidden`, `conflict` when another team has the name */
export async function createTeam({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof teamBody> }): Promise<TeamView> {
  mustBeAbleTo(ctx.actor, "users.write", {});
  const row = { id: newId(ctx.now), name: input.name, created_at: ctx.now };
  const done = await ctx.db.batchIf(sql`not ${ctx.db.exists(teams, sql`lower(${teams.name}) = lower(${input.name})`)}`, [
    ctx.db.insert(teams, row),
    audited(ctx, { action: "team.create", entityId: row.id, after: { name: row.name } }),
  ]);
  if (!done) throw nameTaken(input.name);
  return viewTeam(ctx, { ...row, tenant_id: ctx.tenant });
}
