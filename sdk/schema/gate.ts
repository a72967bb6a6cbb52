/**
 * What the gate says of a candidate, and of what became of executions.
 * @module
 */
import { z } from "zod";
import { errorRecord, executionStatus } from "./execution.ts";
import { difference, verdict } from "./rehearsal.ts";

const tally = z.object({
  total: z.number().int().describe("How many there are"),
  replayed: z.number().int().describe("How many of them were replayed: the newest"),
  same: z.number().int(),
  differs: z.number().int(),
  failed: z.number().int(),
  unreadable: z.number().int(),
});
export type Tally = z.infer<typeof tally>;

export const rehearsedExecution = z.object({
  id: z.string(),
  status: executionStatus,
  version: z.number().int().describe("The one it runs, or ran, on"),
  in_flight: z.boolean(),
  verdict,
  steps: z.number().int().describe("Steps of its history"),
  at: difference.nullable(),
  error: errorRecord.pick({ name: true, message: true }).nullable(),
});
export type RehearsedExecution = z.infer<typeof rehearsedExecution>;

export const workflowPreview = z.object({
  id: z.string(),
  title: z.string(),
  change: z.enum(["new", "changed", "unchanged"]),
  triggers_changed: z.boolean(),
  input_schema_changed: z.boolean(),
  in_flight: tally,
  ended: tally.describe("Recent ones that completed or failed"),
  executions: z.array(rehearsedExecution).describe("Those that were replayed, what differs first"),
});
export type WorkflowPreview = z.infer<typeof workflowPreview>;

export const deploymentPreview = z.object({ bundle: z.string(), workflows: z.array(workflowPreview) });
export type DeploymentPreview = z.infer<typeof deploymentPreview>;

export const moveResult = z.enum(["moved", "pinned", "cancelled", "ended", "busy"]);

export const moveView = z.object({
  execution_id: z.string(),
  workflow_id: z.string(),
  status: executionStatus.describe("When it was looked at"),
  from_version: z.number().int().nullable(),
  result: moveResult.describe("`busy`: a turn was under way, it is tried again"),
  verdict: verdict.nullable(),
  at: difference.nullable(),
  updated_at: z.string(),
});

export const moveList = z.object({
  status: z.enum(["none", "running", "done", "superseded"]).describe("`none`: all executions in flight stayed where they are"),
  counts: z.record(moveResult, z.number().int()),
  data: z.array(moveView),
  pagination: z.object({ next_cursor: z.string().nullable() }),
});
export type MoveList = z.infer<typeof moveList>;
