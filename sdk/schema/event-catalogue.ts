/**
 * The events that the platform itself makes, and what they carry. Whoever makes another adds
 * it here: `on.event` gets its types from this list, and the catalogue of the API its schemas.
 * @module
 */
import { z } from "zod";
import { type RecordOf, viewSchema } from "./crm/entity.ts";
import { allEntities, type EntityKind, type EntityOf } from "./crm/index.ts";
import { executionStatus, triggerKind } from "./execution.ts";

/** @template Data what the event carries */
export interface EventType<Data extends z.ZodType = z.ZodType> {
  title: string;
  /** Kind of the record it is about: events of one record come in their order. */
  record: string | null;
  data: Data;
}

const id = z.string();
const time = z.string().describe("ISO 8601, UTC");

const execution = z.object({
  execution_id: id,
  workflow_id: z.string(),
  version: z.number().int(),
  status: executionStatus,
  trigger: triggerKind,
  parent_id: id.nullable().describe("The execution that invoked it"),
  created_at: time,
  completed_at: time,
  duration_ms: z.number().int(),
  error_message: z.string().nullable(),
});
const approval = z.object({ approval_id: id, execution_id: id, workflow_id: z.string(), step: z.string().describe("Key of the step"), title: z.string() });
/** Ids and not names: what is written down here outlives the person. */
const user = z.object({ user_id: id, role: z.string(), team_id: id.nullable(), status: z.enum(["active", "disabled"]) });

type RecordEvents = { [Kind in EntityKind as `${Kind}.${"created" | "updated" | "deleted"}`]: EventType<z.ZodType<RecordOf<EntityOf<Kind>>>> };

/** The three events of every kind of record: they carry the record as it is then, without what is sensitive. */
const recordEvents = Object.fromEntries(
  allEntities.flatMap((of) => Object.entries({ created: "created", updated: "changed", deleted: "deleted" }).map(([happened, word]) => [`${of.kind}.${happened}`, { title: `${of.title}: ${word}`, record: of.kind, data: viewSchema(of) }])),
) as RecordEvents;

export const eventCatalogue = {
  ...recordEvents,
  "execution.completed": { title: "An execution has completed", record: "execution", data: execution },
  "execution.failed": { title: "An execution has failed", record: "execution", data: execution },
  "execution.cancelled": { title: "An execution was cancelled", record: "execution", data: execution },
  "approval.requested": { title: "Somebody is asked to approve something", record: "approval", data: approval.extend({ expires_at: time.nullable() }) },
  "approval.decided": { title: "An approval was given or refused", record: "approval", data: approval.extend({ decision: z.enum(["approved", "rejected"]), decided_by: id.nullable() }) },
  "approval.expired": { title: "Nobody decided in time", record: "approval", data: approval },
  "user.joined": { title: "Somebody has joined the tenant", record: "user", data: user },
  "user.updated": { title: "Somebody's role, team or status has changed", record: "user", data: user },
  "user.removed": { title: "Somebody has left the tenant", record: "user", data: user },
  "webhook.disabled": { title: "A webhook was switched off, because it failed for too long", record: "webhook", data: z.object({ webhook_id: id, url: z.string(), reason: z.string() }) },
  "mail.failed": { title: "A mail could not be delivered", record: "mail", data: z.object({ mail_id: id, error: z.string(), attempts: z.number().int(), recipients: z.number().int(), failed: z.number().int(), template_id: id.nullable(), execution_id: id.nullable() }) },
  "schedule.missed": { title: "A schedule was due while nothing ran", record: "schedule", data: z.object({ schedule_id: id, workflow_id: z.string(), due_at: time, missed: z.number().int() }) },
  "dead_letter.created": { title: "Something was given up, and waits for somebody to look at it", record: null, data: z.object({ kind: z.enum(["execution", "event", "delivery", "hook_delivery"]), id, error: z.string() }) },
} as const satisfies Record<string, EventType>;

export type KnownEventType = keyof typeof eventCatalogue;
export type EventDataOf<Type extends KnownEventType> = z.output<(typeof eventCatalogue)[Type]["data"]>;
