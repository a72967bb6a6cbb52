/**
 * Which stage a deal is in, and what that means for it: a stage is of a pipeline, and to be in
 * a stage where deals are won is to be won.
 * @module
 */
import type { RecordRow } from "../../../db/schema/record-tables.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { certain } from "../pipelines/defaults.ts";
import type { Stage, StageType } from "../pipelines/stages.ts";

export interface Wish {
  /** Null: it is new, or comes back. */
  before: RecordRow | null;
  after: RecordRow;
  given: Readonly<Record<string, unknown>>;
}

export interface Ways {
  stages: ReadonlyMap<string, Stage>;
  /** In the order in which deals pass them. */
  of(pipelineId: string): readonly Stage[];
  /** Where deals go that name no pipeline. */
  usual: string | null;
  /** Where a deal was before it was won or lost. */
  former(dealId: string): string | null;
}

export interface DealPlace {
  stage: Stage;
  status: StageType;
}

const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
const fault = (field: string, detail: string): PlatformError => new PlatformError("bad-request", `/${field}: ${detail}`, [{ pointer: `/${field}`, detail }]);

/** @throws PlatformError `bad-request` for a stage of another pipeline, or one that contradicts the status */
export function placeOf({ before, after, given }: Wish, ways: Ways): DealPlace {
  const [stageId, pipelineId] = [text(after["stage_id"]), text(after["pipeline_id"])];
  const asked = stageId !== null && stageId !== before?.["stage_id"] ? ways.stages.get(stageId) : undefined;
  const status = after["status"] as StageType;
  // A new deal is open unless something is said: that says nothing.
  const wanted = status !== (before?.["status"] ?? "open") ? status : null;
  if (asked) {
    const named = before === null ? pipelineId : text(given["pipeline_id"]);
    if (named !== null && named !== asked.pipeline_id) throw fault("stage_id", `the stage ${asked.id} is of the pipeline ${asked.pipeline_id}, not of ${named}`);
    return inAsked(asked, wanted, ways);
  }
  if (stageId !== null && stageId !== before?.["stage_id"] && before !== null) throw fault("stage_id", `there is no stage ${stageId}`);
  const elsewhere = pipelineId !== null && pipelineId !== before?.["pipeline_id"] ? pipelineId : null;
  if (before === null || elsewhere !== null) {
    const target = elsewhere !== null && ways.of(elsewhere).length > 0 ? elsewhere : before === null ? ways.usual : null;
    if (target === null) throw fault("pipeline_id", `the pipeline ${pipelineId ?? ""} has no stages`);
    return inPipeline(target, status, ways);
  }
  return { stage: afterStatus(before, wanted, ways), status };
}

function inAsked(stage: Stage, wanted: StageType | null, ways: Ways): DealPlace {
  if (wanted === null || wanted === stage.type) return { stage, status: stage.type };
  if (stage.type !== "open") throw fault("status", `the stage ${stage.name} is one of deals that are ${stage.type}, not ${wanted}`);
  // It was there when it was won: it goes where such deals are.
  return { stage: ofType(stage.pipeline_id, wanted, ways) ?? stage, status: wanted };
}

function inPipeline(pipelineId: string, status: StageType, ways: Ways): DealPlace {
  const stage = ofType(pipelineId, status, ways) ?? ofType(pipelineId, "open", ways);
  if (!stage) throw fault("pipeline_id", `the pipeline ${pipelineId} has no open stage`);
  return { stage, status };
}

/** Reopened, it goes back to where it was. */
function afterStatus(before: RecordRow, wanted: StageType | null, ways: Ways): Stage {
  const now = ways.stages.get(String(before["stage_id"]));
  const pipelineId = now?.pipeline_id ?? String(before["pipeline_id"]);
  const former = ways.stages.get(ways.former(before.id) ?? "");
  const back = wanted === "open" && former?.type === "open" && former.pipeline_id === pipelineId ? former : undefined;
  const stage = now && (wanted === null || now.type === wanted) ? now : (back ?? ofType(pipelineId, wanted ?? "open", ways) ?? now ?? ofType(pipelineId, "open", ways));
  if (!stage) throw fault("stage_id", `the stage ${String(before["stage_id"])} is gone: name another`);
  return stage;
}

const ofType = (pipelineId: string, type: StageType, ways: Ways): Stage | undefined => ways.of(pipelineId).find((stage) => stage.type === type);

export const probabilityIn = ({ stage, status }: DealPlace): number => certain[status] ?? stage.probability;
