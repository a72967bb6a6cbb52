import { z } from "zod";
import { countMembersByTeam } from "../../../db/members.ts";
import { iso, type TenantContext } from "../context.ts";
import type { TeamRow } from "./find.ts";

export const teamBody = z.strictObject({ name: z.string().trim().min(1).max(100) });

export const teamView = z.object({
  id: z.string(),
  name: z.string(),
  members_count: z.number().int(),
  created_at: z.string(),
});
export type TeamView = z.infer<typeof teamView>;

export async function viewTeams(ctx: TenantContext, rows: readonly TeamRow[]): Promise<TeamView[]> {
  const members = await countMembersByTeam(ctx.env.DB, ctx.tenant, rows.map(({ id }) => id));
  return rows.map((row) => toView(row, members));
}

export async function viewTeam(ctx: TenantContext, row: TeamRow): Promise<TeamView> {
  const members = await countMembersByTeam(ctx.env.DB, ctx.tenant, [row.id]);
  return toView(row, members);
}

function toView({ id, name, created_at }: TeamRow, members: ReadonlyMap<string, number>): TeamView {
  return { id, name, members_count: members.get(id) ?? 0, created_at: iso(created_at) };
}
