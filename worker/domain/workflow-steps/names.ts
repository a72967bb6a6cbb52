import { eq } from "drizzle-orm";
import { workflows } from "../../../db/schema/workflows.ts";
import type { TenantContext } from "../context.ts";
import { stepsOfVersion } from "./known-graphs.ts";
import type { ShownStep } from "./shown-steps.ts";

/** What a workflow is called, and the steps of one of its versions by what they run as. */
export async function stepsByName(ctx: TenantContext, of: { id: string; version: number }): Promise<{ name: string; steps: ReadonlyMap<string, ShownStep> }> {
  const [row, { names }] = await Promise.all([ctx.db.first(workflows, eq(workflows.id, of.id)), stepsOfVersion(ctx, of)]);
  return { name: row?.title ?? of.id, steps: names };
}
