import { z } from "zod";

/** Bytes of an event's data as JSON. */
export const largestEvent = 256 * 1024;

/** What the platform says of its own accord; nobody else may say it. */
const reserved = /^(execution|approval|user|tenant|webhook|schedule|mail)\./;

/** An event as tenants publish it. */
export const newEvent = z.strictObject({
  type: z
    .string()
    .max(100)
    .regex(/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/, "a type is `<what>.<happened>` in lower case, such as contract.signed")
    .refine((type) => !reserved.test(type), "the platform alone says that"),
  data: z
    .record(z.string().max(256), z.json())
    .default({})
    .refine((data) => JSON.stringify(data).length <= largestEvent, `at most ${largestEvent} characters as JSON`),
  record: z.strictObject({ type: z.string().min(1).max(100), id: z.string().min(1).max(256) }).optional(),
});
