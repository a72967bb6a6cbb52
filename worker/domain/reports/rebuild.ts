import { z } from "zod";
import { differingRollups, repairRollups } from "../../../db/report-repair.ts";
import { allEntities } from "../../../sdk/schema/crm/index.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";

export const rebuildView = z.object({ differing: z.record(z.string(), z.number().int()).describe("Sums that were not what history says, by what they count; none is how it should be") });

const tracked = allEntities.flatMap(({ kind, tracked }) => tracked.map(({ field }) => ({ kind, field })));

/** Counts everything anew, puts right what differs, and says what did. */
export async function rebuildReports({ ctx }: { ctx: TenantContext }): Promise<z.infer<typeof rebuildView>> {
  const differing = await differingRollups(ctx.env.DB, ctx.tenant, tracked);
  if (Object.keys(differing).length > 0) await repairRollups(ctx.env.DB, ctx.tenant, tracked);
  await ctx.db.batch([audited(ctx, { action: "reports.rebuild", entityId: ctx.tenant, after: { differing } })]);
  return { differing };
}
