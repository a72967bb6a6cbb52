import { z } from "zod";
import { allEntities } from "../../sdk/schema/crm/index.ts";
import { eventTypeForm, eventTypeHint, longestEventType } from "../../sdk/schema/event-type.ts";

/** Bytes of an event's data as JSON. */
export const largestEvent = 256 * 1024;

/** What the platform says of its own accord; nobody else may say it. */
const reserved = new Set(["execution", "approval", "user", "tenant", "webhook", "schedule", "mail", "dead_letter", "import", ...allEntities.map(({ kind }) => kind)]);

/** An event as tenants publish it. */
export const newEvent = z.strictObject({
  type: z
    .string()
    .max(longestEventType)
    .regex(eventTypeForm, eventTypeHint)
    .refine((type) => !reserved.has(type.slice(0, type.indexOf("."))), "the platform alone says that"),
  data: z
    .record(z.string().max(256), z.json())
    .default({})
    .refine((data) => JSON.stringify(data).length <= largestEvent, `at most ${largestEvent} characters as JSON`),
  record: z.strictObject({ type: z.string().min(1).max(100), id: z.string().min(1).max(256) }).optional(),
});
