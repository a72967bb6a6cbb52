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
const customField = z.object({ id, entity: z.string(), key: z.string(), title: z.string(), type: z.string(), options: z.array(z.string()), required: z.boolean(), default: z.json(), position: z.number().int(), created_at: time, updated_at: time });
/** Ids and not names: what is written down here outlives the person. */
const user = z.object({ user_id: id, role: z.string(), team_id: id.nullable(), status: z.enum(["active", "disabled"]) });

type RecordEvents = { [Kind in EntityKind as `${Kind}.${"created" | "updated" | "deleted"}`]: EventType<z.ZodType<RecordOf<EntityOf<Kind>>>> };

/** The three events of every kind of record: they carry the record as it is then, without what is sensitive. */
const recordEvents = Object.fromEntries(
  allEntities.flatMap((of) => Object.entries({ created: "created", updated: "changed", deleted: "deleted" }).map(([happened, word]) => [`${of.kind}.${happened}`, { title: `${of.title}: ${word}`, record: of.kind, data: viewSchema(of) }])),
) as RecordEvents;

const taskData = recordEvents["task.updated"].data;
const dealData = recordEvents["deal.updated"].data;
const ticketData = recordEvents["ticket.updated"].data;
const stage = z.object({ id, name: z.string(), type: z.enum(["open", "won", "lost"]), probability: z.number().int() });

const merged = { merged_ids: z.array(id).describe("Records that are a part of it now"), merge_id: id };

export const eventCatalogue = {
  ...recordEvents,
  "lead.merged": { title: "Leads were merged into one", record: "lead", data: z.object({ lead: recordEvents["lead.updated"].data, ...merged }) },
  "contact.merged": { title: "Contacts were merged into one", record: "contact", data: z.object({ contact: recordEvents["contact.updated"].data, ...merged }) },
  "company.merged": { title: "Companies were merged into one", record: "company", data: z.object({ company: recordEvents["company.updated"].data, ...merged }) },
  "deal.merged": { title: "Deals were merged into one", record: "deal", data: z.object({ deal: dealData, ...merged }) },
  "ticket.merged": { title: "Tickets were merged into one", record: "ticket", data: z.object({ ticket: ticketData, ...merged }) },
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
  "custom_field.created": { title: "A field was added to an entity", record: "custom_field", data: customField },
  "custom_field.updated": { title: "A field that the tenant has added was changed", record: "custom_field", data: customField },
  "custom_field.deleted": { title: "A field that the tenant had added was deleted", record: "custom_field", data: customField },
  "task.completed": { title: "A task was done", record: "task", data: taskData },
  "task.due": { title: "The time of a task has come: its reminder, or when it is due", record: "task", data: taskData },
  "deal.stage_changed": { title: "A deal has moved to another stage", record: "deal", data: z.object({ deal: dealData, from_stage: stage.nullable(), to_stage: stage.nullable(), pipeline: z.object({ id, name: z.string() }).nullable() }) },
  "deal.won": { title: "A deal was won", record: "deal", data: z.object({ deal: dealData }) },
  "deal.lost": { title: "A deal was lost", record: "deal", data: z.object({ deal: dealData }) },
  "lead.converted": { title: "A lead has become a contact", record: "lead", data: z.object({ lead: recordEvents["lead.updated"].data, contact_id: id, company_id: id.nullable(), deal_id: id.nullable() }) },
  "ticket.assigned": { title: "A ticket was given to somebody", record: "ticket", data: z.object({ ticket: ticketData, assignee_id: id, previous_assignee_id: id.nullable() }) },
  "ticket.resolved": { title: "A ticket was solved", record: "ticket", data: z.object({ ticket: ticketData }) },
  "ticket.closed": { title: "A ticket was closed", record: "ticket", data: z.object({ ticket: ticketData }) },
  "ticket.reopened": { title: "A ticket that was solved or closed is open again", record: "ticket", data: z.object({ ticket: ticketData }) },
  "ticket.sla_breached": { title: "A ticket was not answered, or not solved, in time", record: "ticket", data: z.object({ ticket: ticketData, what: z.enum(["first_response", "resolve"]), due_at: time }) },
  "dead_letter.created": { title: "Something was given up, and waits for somebody to look at it", record: null, data: z.object({ kind: z.enum(["execution", "event", "delivery", "hook_delivery"]), id, error: z.string() }) },
} as const satisfies Record<string, EventType>;

export type KnownEventType = keyof typeof eventCatalogue;
export type EventDataOf<Type extends KnownEventType> = z.output<(typeof eventCatalogue)[Type]["data"]>;
