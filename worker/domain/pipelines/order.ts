import type { RecordRow } from "../../../db/schema/record-tables.ts";
import { entities } from "../../../sdk/schema/crm/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { findRecord } from "../records/access.ts";
import type { RecordContext } from "../records/context.ts";
import { carryOut, type Plan, planRecords } from "../records/plan.ts";
import { showAll, type Shown } from "../records/show.ts";
import { inOrder, type StageRow, stagesIn } from "./stages.ts";

/** @throws PlatformError `not-found`, `forbidden`, `bad-request` when it is not each stage of the pipeline once */
export async function planOrderStages(ctx: RecordContext, { id, stages }: { id: string; stages: readonly string[] }): Promise<Plan<RecordRow[]>> {
  await findRecord(ctx, entities.pipeline, id, { verb: "write" });
  const there = new Map((await stagesIn(ctx, [id])).map((row) => [row.id, row]));
  const rows = stages.flatMap((stage) => there.get(stage) ?? []);
  if (rows.length !== there.size || new Set(stages).size !== there.size || stages.length !== there.size) throw new PlatformError("bad-request", `/stages: has to name each of the pipeline's ${there.size} stages once`, [{ pointer: "/stages", detail: `not each of ${[...there.keys()].join(", ")} once` }]);
  const { result, ...plan } = await planRecords(ctx, entities.stage, rows.map((before, position) => ({ before, given: { position } })));
  return { ...plan, result: inOrder(result as StageRow[]) };
}

export async function orderStages({ ctx, input }: { ctx: RecordContext; input: { id: string; stages: readonly string[] } }): Promise<Shown[]> {
  return showAll(ctx, entities.stage, await carryOut(ctx, () => planOrderStages(ctx, input)));
}
