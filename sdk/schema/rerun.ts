/**
 * Re-runs of an execution from a step.
 * @module
 */
import { z } from "zod";
import { executionStatus } from "./execution.ts";

export const rerunBody = z.strictObject({
  from: z.string().min(1).max(300).describe("Key of the step to begin again with: `name-count`"),
  input: z.json().optional().describe("In place of the input it had"),
  result: z.json().optional().describe("In place of carrying the step out: it goes on behind it. For events the payload, for approvals the decision"),
  version: z.union([z.enum(["own", "current"]), z.number().int().positive()]).default("own").describe("Of the code: the one it ran on, the one that runs now, or that of a deployment"),
  dry_run: z.boolean().default(false).describe("Only say what would happen"),
  acknowledge_effects: z.boolean().default(false).describe("What is listed as `effects` may happen again"),
});
export type RerunRequest = z.input<typeof rerunBody>;

export const repeatedEffect = z.object({
  step: z.string(),
  effect: z.enum(["sends", "changes", "unknown"]).describe("`sends`: it leaves the platform. `changes`: the tenant's own data, once more, under new idempotency keys. `unknown`: the step was cut off, nobody knows what it had done"),
  what: z.string(),
});
export type RepeatedEffect = z.infer<typeof repeatedEffect>;

export const rerunView = z.object({
  execution_id: z.string().describe("The one it is a re-run of"),
  new_execution_id: z.string().nullable().describe("Null for a dry run"),
  status: executionStatus.nullable(),
  started_at: z.string().nullable(),
  version: z.number().int(),
  kept_steps: z.array(z.string()).describe("Not carried out again: their results are copied"),
  rerun_steps: z.array(z.string()).describe("Steps of the old execution that are carried out again"),
  undone_steps: z.array(z.string()).describe("Kept steps that a rollback has undone meanwhile"),
  effects: z.array(repeatedEffect).describe("What would happen once more"),
});
export type RerunView = z.infer<typeof rerunView>;
