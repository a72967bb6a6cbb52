/**
 * An execution as the API shows it.
 * @module
 */
import { toJson } from "../../sdk/schema/codec.ts";
import type { ExecutionView, StepView } from "../../sdk/schema/execution.ts";
import type { StepRecord } from "../../sdk/schema/journal.ts";
import { type Room, roomToShow } from "../../sdk/schema/present.ts";
import type { Execution } from "./state.ts";

const iso = (ms: number): string => new Date(ms).toISOString();
const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

export function stepView(step: StepRecord, room: Room): StepView {
  return {
    key: step.key,
    name: step.name,
    count: step.count,
    kind: step.kind,
    status: step.status,
    attempt: step.attempt,
    started_at: iso(step.startedAt),
    completed_at: isoOrNull(step.endedAt),
    duration_ms: step.endedAt === null ? null : Math.max(0, step.endedAt - step.startedAt),
    due_at: isoOrNull(step.due),
    output: step.detail?.sensitive && step.output !== null ? "[sensitive]" : toJson(step.output, room),
    error: step.error,
  };
}

export function executionView(execution: Execution, steps: StepRecord[]): ExecutionView {
  const { request } = execution;
  const room = roomToShow();
  return {
    id: request.id,
    workflow_id: request.workflowId,
    version: request.version,
    status: execution.status,
    trigger: request.trigger.kind,
    parent_id: request.parent?.id ?? null,
    created_at: iso(request.createdAt),
    completed_at: isoOrNull(execution.completedAt),
    duration_ms: execution.completedAt === null ? null : Math.max(0, execution.completedAt - request.createdAt),
    error_message: execution.error?.message ?? execution.divergence?.found ?? null,
    input: toJson(request.input, room),
    output: toJson(execution.output, room),
    error: execution.error,
    trigger_data: request.trigger,
    run: execution.run,
    steps: steps.map((step) => stepView(step, room)),
    divergence: execution.divergence,
    ...(execution.moved.length > 0 ? { moved_from: execution.moved } : {}),
    ...(execution.lineage ? { rerun_of: { execution_id: execution.lineage.of, from: execution.lineage.from } } : {}),
  };
}
