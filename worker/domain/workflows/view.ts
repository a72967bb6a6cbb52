import { z } from "zod";
import type { WorkflowRow } from "../../../db/credentials.ts";
import { executionStatus } from "../../../sdk/schema/execution.ts";
import { triggerManifest, workflowManifest } from "../../../sdk/schema/manifest.ts";
import { iso } from "../context.ts";

export const workflowView = z.object({
  id: z.string(),
  name: z.string().describe("The title"),
  description: z.string().nullable(),
  trigger_type: z.string().describe("Kind of its first trigger"),
  triggers: z.array(triggerManifest),
  is_active: z.boolean().describe("False: nothing starts it"),
  version: z.number().int().describe("Of the deployment that new executions run"),
  deployment_id: z.string(),
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
    trigger_type: row.manifest.on[0]?.kind ?? "manual",
    triggers: row.manifest.on,
    is_active: row.is_active,
    version: row.version,
    deployment_id: row.deployment_id,
    execution_count: total,
    error_count: (byStatus.failed ?? 0) + (byStatus.stalled ?? 0),
    last_executed_at: lastAt,
    created_at: iso(row.created_at),
    updated_at: iso(row.updated_at),
  };
}
