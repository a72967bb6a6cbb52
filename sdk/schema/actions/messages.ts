/**
 * What leaves the CRM: mails, events, webhooks, requests; and the settings of workflows.
 * Their content is checked again, and in full, by whoever sends it.
 * @module
 */
import { z } from "zod";
import { recordReference, spec } from "./spec.ts";

const person = z.union([z.string().min(1).max(20_000), z.strictObject({ email: z.string().max(320), name: z.string().max(200).nullable().optional() })]);
const people = z.union([person, z.array(person).max(50)]).describe("`ada@example.com`, `Ada <ada@example.com>`, several separated by commas, `{ email, name }`, or a list of these");
const data = z.record(z.string().max(256), z.json());
const type = z.string().min(1).max(200).describe("`<what>.<happened>`, such as `contract.signed`");

export const sendEmail = spec({
  id: "send_email",
  title: "Send an email",
  description: "Queued exactly once, sent at least once. With a template, or with subject and text or HTML.",
  category: "messages",
  effect: "changes",
  permission: "emails.write",
  call: "actions.sendEmail({ to, subject, text })",
  params: z.strictObject({
    to: people,
    cc: people.optional(),
    bcc: people.optional(),
    reply_to: z.string().max(320).nullable().optional(),
    subject: z.string().max(500).optional(),
    text: z.string().max(262_144).optional(),
    html: z.string().max(262_144).optional(),
    template: z.string().max(100).optional().describe("Its name"),
    template_id: z.string().max(100).optional(),
    variables: data.optional().describe("What the template's places are filled with"),
    attachments: z.array(z.strictObject({ filename: z.string().max(200), content_type: z.string().max(200).optional(), content: z.string().describe("Base64") })).max(20).optional(),
    list_unsubscribe: z.string().max(1000).nullable().optional(),
  }),
  result: z.object({ id: z.string() }),
});

export const publishEvent = spec({
  id: "events.publish",
  title: "Publish an event",
  description: "Workflows that listen start, steps that wait go on, webhooks are told.",
  category: "messages",
  effect: "changes",
  permission: "events.write",
  call: "actions.publishEvent({ type, data })",
  params: z.strictObject({ type, data: data.optional(), record: recordReference.optional() }),
  result: z.object({ id: z.string() }),
});

export const callWebhook = spec({
  id: "webhook",
  title: "Call a webhook",
  description: "Publishes an event and delivers it to one of the tenant's outbound webhooks, whatever that one listens to otherwise.",
  category: "messages",
  effect: "changes",
  permission: "webhooks.write",
  call: "actions.webhook({ webhook_id, type, data })",
  params: z.strictObject({ webhook_id: z.string().min(1).max(64), type, data: data.optional(), record: recordReference.optional() }),
  result: z.object({ event_id: z.string(), delivery_id: z.string() }),
});

export const setVariable = spec({
  id: "set_variable",
  title: "Set a variable",
  description: "Of the tenant or of the workflow. Executions under way keep what they saw when they began. Secrets cannot be set.",
  category: "settings",
  effect: "changes",
  permission: "variables.write",
  call: "actions.setVariable({ name, value })",
  params: z.strictObject({
    name: z.string().regex(/^[A-Za-z_]\w{0,99}$/, "letters, digits and _, at most 100, no digit first"),
    value: z.json(),
    scope: z.enum(["tenant", "workflow"]).default("tenant"),
    workflow_id: z.string().max(100).optional().describe("With scope `workflow`; that of the execution when left out"),
  }),
  result: z.object({ id: z.string() }),
});
