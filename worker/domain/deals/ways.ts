/**
 * What deals are placed by, read once for all that are written together.
 * @module
 */
import { and, desc, eq, isNotNull } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { newId } from "../../../db/ids.ts";
import { recordTransitions } from "../../../db/schema/records.ts";
import { entities } from "../../../sdk/schema/crm/index.ts";
import { defaultPipeline, filledIn, firstPipelineName, usualStages } from "../pipelines/defaults.ts";
import { stagesIn, stagesNamed, type Stage } from "../pipelines/stages.ts";
import type { RecordContext } from "../records/context.ts";
import type { Part, Planner } from "../records/rules/rule.ts";
import type { Ways, Wish } from "./place.ts";

/** So many moves of one deal are looked back over. */
const farBack = 20;

export interface WaysRead extends Ways {
  /** The tenant's first pipeline, when it has none yet. */
  made: Part | null;
}

/** Deals that say neither stage nor pipeline go to the default one; a tenant that has none gets it. */
export async function waysFor(ctx: RecordContext, wishes: readonly Wish[], planner: Planner): Promise<WaysRead> {
  const strings = (values: readonly unknown[]): string[] => [...new Set(values.filter((value) => typeof value === "string"))];
  const former = await formerStages(ctx, wishes);
  const named = await stagesNamed(ctx, strings([...wishes.flatMap(({ before, after }) => [before?.["stage_id"], after["stage_id"]]), ...former.values()]));
  const undecided = wishes.some(({ before, after }) => before === null && !named.some(({ id, deleted_at }) => id === after["stage_id"] && deleted_at === null));
  const usual = undecided ? await defaultPipeline(ctx) : null;
  const first = undecided && usual === null ? await firstPipeline(ctx, planner) : null;
  const pipelines = strings([...wishes.flatMap(({ before, after }) => [before?.["pipeline_id"], after["pipeline_id"]]), ...named.map(({ pipeline_id }) => pipeline_id), usual?.id]);
  const there: Stage[] = [...(await stagesIn(ctx, pipelines)), ...(first?.stages ?? [])];
  const stages = new Map(there.map((stage) => [stage.id, stage]));
  return { stages, of: (pipelineId) => there.filter(({ pipeline_id }) => pipeline_id === pipelineId), usual: usual?.id ?? first?.id ?? null, former: (id) => former.get(id) ?? null, made: first?.part ?? null };
}

async function firstPipeline(ctx: RecordContext, planner: Planner): Promise<{ id: string; part: Part; stages: Stage[] }> {
  const id = newId(ctx.now);
  const stages = usualStages.map((stage, index) => ({ ...stage, ...filledIn(stage, index).given, id: newId(ctx.now), pipeline_id: id }));
  const part = await planner.records(entities.pipeline, [{ before: null, id, given: { name: firstPipelineName, is_default: true, position: 0, stages } }]);
  return { id, part, stages };
}

/** Of deals that are opened again, where they were before, by deal. */
async function formerStages({ db }: RecordContext, wishes: readonly Wish[]): Promise<Map<string, string>> {
  const reopened = wishes.flatMap(({ before, after }) => (before !== null && before["status"] !== "open" && after["status"] === "open" && before["stage_id"] === after["stage_id"] ? [before] : []));
  if (reopened.length === 0) return new Map();
  const moves = await db.select(recordTransitions, {
    where: and(eq(recordTransitions.kind, "deal"), among(recordTransitions.record_id, reopened.map(({ id }) => id)), eq(recordTransitions.field, "stage_id"), isNotNull(recordTransitions.from_value)),
    orderBy: desc(recordTransitions.id),
    limit: farBack * reopened.length,
  });
  const now = new Map(reopened.map(({ id, stage_id }) => [id, stage_id]));
  const found = new Map<string, string>();
  for (const { record_id, from_value, to_value } of moves) if (from_value !== null && to_value === now.get(record_id) && !found.has(record_id)) found.set(record_id, from_value);
  return found;
}
