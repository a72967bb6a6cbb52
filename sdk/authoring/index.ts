/**
 * The `everstep` package: what workflows import.
 * @module
 */
export { actions } from "./actions.ts";
export type { ApprovalOptions, ApprovalOutcome, ApprovalVote } from "./approval.ts";
export { type Condition, type Crm, crm, type FindOptions, type RecordFilter, type Records } from "./crm.ts";
export { type Duration, durationMs } from "./duration.ts";
export { ActionRefusedError, ChildFailedError, NonRetryableError, StepTimeoutError, ValueError, WaitTimeoutError } from "./errors.ts";
export type { ChangeOf, CustomFields, NewRecordOf, RecordOf } from "../schema/crm/entity.ts";
export type { EventDataOf, KnownEventType } from "../schema/event-catalogue.ts";
export type { Comparison, EventFilter, FilterValue } from "../schema/filter.ts";
export type { FlowOptions } from "./flow.ts";
export { on, type OnScheduleOptions, type Trigger, type WebhookOptions } from "./on.ts";
export type { SecretReference, Secrets } from "./secret.ts";
export type {
  Backoff,
  DelayContext,
  EventSchemas,
  EventToSend,
  Invocable,
  Retries,
  Rollback,
  RollbackContext,
  RollbackOptions,
  Step,
  StepConfig,
  StepContext,
  StepEvent,
} from "./step.ts";
export type { Variables } from "./variables.ts";
export { type Handler, type Workflow, workflow, type WorkflowContext, type WorkflowEvent, type WorkflowOptions, workflowTag } from "./workflow.ts";
