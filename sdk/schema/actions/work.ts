/**
 * What is done with deals, leads and the work about records.
 * @module
 */
import { z } from "zod";
import { viewSchema } from "../crm/entity.ts";
import { entities } from "../crm/index.ts";
import { id, recordReference, spec } from "./spec.ts";

const { activity, company, contact, deal, lead, note, task } = entities;
const line = z.string().trim().min(1).max(300);
const time = z.iso.datetime({ offset: true }).describe("ISO 8601");

export const moveStage = spec({
  id: "crm.deals.move_stage",
  title: "Move a deal to a stage",
  description: "By the stage's id, or its name in the deal's pipeline. Won and lost stages close the deal.",
  category: "work",
  effect: "changes",
  permission: "deals.write",
  call: "crm.deals.moveStage(id, stage)",
  params: z.strictObject({ id, stage: z.string().min(1).max(100).describe("Id or name"), lost_reason: z.string().max(200).optional() }),
  result: viewSchema(deal),
});

export const convertLead = spec({
  id: "crm.leads.convert",
  title: "Convert a lead",
  description: "It becomes a contact, with a company and a deal if that is wanted, in one transaction.",
  category: "work",
  effect: "changes",
  permission: "leads.write",
  call: "crm.leads.convert(id, { company: true, deal: {} })",
  params: z.strictObject({
    id,
    contact_id: id.optional().describe("The contact that it is; a new one when left out"),
    match: z.boolean().optional().describe("The contact with the same email or telephone number, if there is one"),
    company: z.boolean().optional().describe("Also the company by its name: the one that is known, or a new one"),
    company_id: id.optional().describe("The company that the contact belongs to"),
    deal: z
      .strictObject({ name: z.string().max(200).optional(), value: z.number().int().optional().describe("In minor units"), currency: z.string().length(3).optional(), pipeline_id: id.optional(), stage_id: id.optional(), expected_close: z.string().max(10).optional(), description: z.string().max(20_000).optional() })
      .optional()
      .describe("Also a deal, in the default pipeline unless another is named"),
  }),
  result: z.object({ lead: viewSchema(lead), contact: viewSchema(contact), company: viewSchema(company).nullable(), deal: viewSchema(deal).nullable() }),
});

export const createTask = spec({
  id: "create_task",
  title: "Make a task",
  description: "Something to be done about a record.",
  category: "work",
  effect: "changes",
  permission: "tasks.write",
  call: "actions.createTask({ title, about, … })",
  params: z.strictObject({
    title: line,
    description: z.string().max(20_000).optional(),
    type: z.enum(task.fields.type.options as ["task", "call", "email", "meeting", "deadline"]).optional(),
    priority: z.enum(["low", "normal", "high"]).optional(),
    due_at: time.optional(),
    assignee_id: id.optional(),
    about: z.union([recordReference, z.array(recordReference).max(20)]).optional().describe("The records it is about"),
  }),
  result: viewSchema(task),
});

export const createNote = spec({
  id: "create_note",
  title: "Write a note",
  description: "A note about a record.",
  category: "work",
  effect: "changes",
  permission: "notes.write",
  call: "actions.createNote({ about, body })",
  params: z.strictObject({ about: recordReference, body: z.string().min(1).max(20_000), pinned: z.boolean().optional() }),
  result: viewSchema(note),
});

export const logActivity = spec({
  id: "log_activity",
  title: "Log an activity",
  description: "What was done about a record: a call, a meeting, a message.",
  category: "work",
  effect: "changes",
  permission: "notes.write",
  call: "actions.logActivity({ about, subject, type })",
  params: z.strictObject({
    about: recordReference,
    subject: line,
    type: z.enum(activity.fields.type.options as ["call", "meeting", "email", "message", "visit", "other"]).optional(),
    body: z.string().max(20_000).optional(),
    happened_at: time.optional().describe("Now when left out"),
    duration_minutes: z.number().int().min(0).max(100_000).optional(),
    user_id: id.optional(),
  }),
  result: viewSchema(activity),
});

