import { z } from "zod";
import type { WorkflowRow } from "../../../db/credentials.ts";
import { executionStatus } from "../../../sdk/schema/execution.ts";
import { type TriggerManifest, triggerManifest, workflowManifest, type WorkflowManifest } from "../../../sdk/schema/manifest.ts";
import { iso } from "../context.ts";

export const workflowView = z.object({
  id: z.string(),
  name: z.string().describe("The title"),
  description: z.string().nullable(),
  category: z.string().nullable(),
  trigger_type: z.string().describe("Kind of its first trigger"),
  trigger_config: z.record(z.string(), z.json()).describe("Of its first trigger: of an event `{ event, filters }`, of a schedule `{ cron, timezone, … }`, of a webhook `{ path, scheme, … }`"),
  triggers: z.array(triggerManifest),
  is_active: z.boolean().describe("False: nothing starts it"),
  version: z.number().int().describe("Of the deployment that new executions run"),
  deployment_id: z.string(),
  created_from_template: z.string().nullable(),
  execution_count: z.number().int(),
  error_count: z.number().int(),
  last_executed_at: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type WorkflowView = z.infer<typeof workflowView>;

export const workflowDetail = workflowView.extend({
  manifest: workflowManifest,
  executions_by_status: z.partialRecord(executionStatus, z.number().int()),
});
export type WorkflowDetail = z.infer<typeof workflowDetail>;

/** How often a workflow ran, from the tenant's index. */
export interface Counts {
  byStatus: WorkflowDetail["executions_by_status"];
  lastAt: string | null;
}

export function viewWorkflow(row: WorkflowRow, { byStatus, lastAt }: Counts): WorkflowView {
  const total = Object.values(byStatus).reduce((sum, count) => sum + count, 0);
  return {
    id: row.id,
    name: row.title,
    description: row.manifest.description ?? null,
    category: row.category,
    ...triggerShown(row.manifest),
    triggers: row.manifest.on,
    is_active: row.is_active,
    version: row.version,
    deployment_id: row.deployment_id,
    created_from_template: row.created_from_template,
    execution_count: total,
    error_count: (byStatus.failed ?? 0) + (byStatus.stalled ?? 0),
    last_executed_at: lastAt,
    created_at: iso(row.created_at),
    updated_at: iso(row.updated_at),
  };
}

/** Of its first trigger. */
export function triggerShown({ on: [first = { kind: "manual" }] }: WorkflowManifest): Pick<WorkflowView, "trigger_config"> & { trigger_type: TriggerManifest["kind"] } {
  return { trigger_type: first.kind, trigger_config: configOf(first) };
}

function configOf(trigger: TriggerManifest): WorkflowView["trigger_config"] {
  const { kind, ...rest } = trigger;
  // Data as it came out of the database: JSON already.
  const config = JSON.parse(JSON.stringify(rest)) as WorkflowView["trigger_config"];
  if (kind !== "event") return config;
  const { type = null, filter } = config;
  return { event: type, ...(filter === undefined ? {} : { filters: filter }) };
}
