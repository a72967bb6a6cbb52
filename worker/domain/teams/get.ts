import { mustBeAbleTo } from "../../auth/can.ts";
import type { TenantContext } from "../context.ts";
import { findTeam } from "./find.ts";
import { type TeamView, viewTeam } from "./view.ts";

/** @throws PlatformError `not-found`, `forbidden` for a team that is not the actor's */
export async function getTeam({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<TeamView> {
  const row = await findTeam(ctx, input.id);
  mustBeAbleTo(ctx.actor, "users.read", { team_id: row.id });
  return viewTeam(ctx, row);
}
