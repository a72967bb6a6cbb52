/**
 * What the outside sees of an execution: over REST, in the command line, in the client.
 * Field names are snake_case because they are data (see docs/conventions).
 * @module
 */
import { z } from "zod";

export const executionStatus = z.enum([
  "queued",
  "running",
  "sleeping",
  "waiting",
  "pending_approval",
  "paused",
  "completed",
  "failed",
  "cancelled",
  "stalled",
]);
export type ExecutionStatus = z.infer<typeof executionStatus>;

/** Statuses that never change again by themselves. */
export const terminalStatuses: readonly ExecutionStatus[] = ["completed", "failed", "cancelled"];

export const triggerKind = z.enum(["manual", "api", "webhook", "event", "schedule", "child", "rerun"]);
export type TriggerKind = z.infer<typeof triggerKind>;

/** One execution that led, by an event it caused or as a parent, to another. */
export const chainLink = z.object({ workflow_id: z.string(), execution_id: z.string() });
export type ChainLink = z.infer<typeof chainLink>;

/** Where an execution came from; `source` names the webhook path, parent execution or caller. */
export const trigger = z.object({
  kind: triggerKind,
  source: z.string().max(512).optional(),
  delivery_id: z.string().max(256).optional(),
  /** Headers of a webhook call, credentials removed. */
  headers: z.record(z.string(), z.string()).optional(),
  /** The event that started it: its id, type and the record it is about. */
  event: z.object({ id: z.string(), type: z.string(), record: z.object({ type: z.string(), id: z.string() }).optional() }).optional(),
  /** When a schedule was due. */
  scheduled_at: z.string().optional(),
  /** What led to it, the first first. */
  chain: z.array(chainLink).optional(),
  /** Its start went through the flow control of its workflow. */
  flow: z.boolean().optional(),
  /** W3C trace context of the call or the step that led to it. */
  traceparent: z.string().max(100).optional(),
});
export type Trigger = z.infer<typeof trigger>;

/** An error as data: what a journal keeps and an API shows. */
export const errorRecord = z.object({
  name: z.string(),
  message: z.string(),
  /** Stable code of the platform, e.g. `step-timeout`; absent for errors of tenant code. */
  code: z.string().optional(),
  stack: z.string().optional(),
});
export type ErrorRecord = z.infer<typeof errorRecord>;

export const stepKind = z.enum(["do", "sleep", "event", "approval", "invoke", "rollback"]);
export type StepKind = z.infer<typeof stepKind>;

export const stepStatus = z.enum(["running", "retrying", "waiting", "completed", "failed", "cancelled"]);
export type StepStatus = z.infer<typeof stepStatus>;

export const stepView = z.object({
  /** `name-count`, unique in the execution. */
  key: z.string(),
  name: z.string(),
  count: z.number().int(),
  kind: stepKind,
  status: stepStatus,
  attempt: z.number().int(),
  started_at: z.string(),
  completed_at: z.string().nullable(),
  duration_ms: z.number().int().nullable(),
  /** When a sleep, retry or timeout is due. */
  due_at: z.string().nullable(),
  output: z.json().nullable(),
  error: errorRecord.nullable(),
});
export type StepView = z.infer<typeof stepView>;

export const logLevel = z.enum(["debug", "info", "warn", "error"]);
export const logEntry = z.object({
  seq: z.number().int(),
  at: z.string(),
  level: logLevel,
  message: z.string(),
  step: z.string().nullable(),
});
export type LogEntry = z.infer<typeof logEntry>;

/** A line of a list. */
export const executionSummary = z.object({
  id: z.string(),
  workflow_id: z.string(),
  version: z.number().int(),
  status: executionStatus,
  trigger: triggerKind,
  parent_id: z.string().nullable(),
  created_at: z.string(),
  completed_at: z.string().nullable(),
  duration_ms: z.number().int().nullable(),
  error_message: z.string().nullable(),
});
export type ExecutionSummary = z.infer<typeof executionSummary>;

/** A whole execution, as `executions ID --json` prints it. */
export const executionView = executionSummary.extend({
  input: z.json().nullable(),
  output: z.json().nullable(),
  error: errorRecord.nullable(),
  trigger_data: trigger,
  /** Of one that is queued: what it waits for. */
  status_reason: z.string().optional(),
  run: z.number().int(),
  steps: z.array(stepView),
  /** Why a stalled execution stalled. */
  divergence: z
    .object({ at: z.number().int(), expected: z.string(), found: z.string(), hint: z.string() })
    .nullable(),
  /** Versions it ran on before it was moved to the one it runs on, the first first. */
  moved_from: z.array(z.number().int()).optional(),
  /** Its history up to this step is a copy of another execution's. */
  rerun_of: z.object({ execution_id: z.string(), from: z.string() }).optional(),
});
export type ExecutionView = z.infer<typeof executionView>;
