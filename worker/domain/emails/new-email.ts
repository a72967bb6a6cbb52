/**
 * A mail as tenants send it, by POST /emails and by the action `send_email`.
 * @module
 */
import { z } from "zod";
import { fromBase64 } from "../../auth/bytes.ts";
import { isOneLine, readMailboxes } from "../../email/address.ts";
import type { Mailbox } from "../../email/mail.ts";

/** Cloudflare's email service takes as many, and as much. */
const most = { recipients: 50, attachments: 20, attachedBytes: 5 * 1024 * 1024 } as const;
/** Characters: a row of D1 holds text and HTML. */
const longestBody = 256 * 1024;

/** Of the request's body: base64 makes 4 of 3 bytes. */
export const largestRequest = 8 * 1024 * 1024;

export const oneLine = (longest: number) => z.string().max(longest).refine((text) => isOneLine(text) && text.isWellFormed(), "a header is one line: no line breaks, no control characters");
export const subject = oneLine(500);
export const body = z.string().max(longestBody).refine((text) => text.isWellFormed() && !text.includes("\0"), "text without NUL");

const listed = z
  .string()
  .max(20_000)
  .transform((text, ctx): Mailbox[] => {
    const found = readMailboxes(text);
    if (typeof found !== "string") return found;
    ctx.addIssue({ code: "custom", message: found });
    return z.NEVER;
  });
const named = z.strictObject({ email: z.string().max(320), name: oneLine(200).nullable().default(null) }).transform(({ email, name }, ctx): Mailbox[] => {
  const found = readMailboxes(email);
  const [one] = typeof found === "string" ? [] : found;
  if (one && found.length === 1 && !one.name) return [{ address: one.address, name }];
  ctx.addIssue({ code: "custom", path: ["email"], message: "not an address" });
  return z.NEVER;
});
const recipients = z
  .union([listed, named, z.array(z.union([listed, named])).transform((lists) => lists.flat())])
  .describe("`ada@example.com`, `Ada <ada@example.com>`, several separated by commas, `{email, name}`, or a list of these");

const attachment = z.strictObject({
  filename: oneLine(200).min(1).refine((name) => !/[/\\]/.test(name), "a file's name, not a path"),
  content_type: z
    .string()
    .max(200)
    .regex(/^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/i, "a media type such as application/pdf")
    .default("application/octet-stream"),
  content: z.string().transform((text, ctx) => fromBase64(text) ?? (ctx.addIssue({ code: "custom", message: "not base64" }), z.NEVER)),
});

const unsubscribe = oneLine(1_000).refine((text) => /^(https:\/\/|mailto:)[^<>\s]+$/.test(text) && URL.canParse(text), "an address that begins with https:// or mailto:");

export const newEmail = z
  .strictObject({
    to: recipients,
    cc: recipients.default([]),
    bcc: recipients.default([]).describe("Get it, and are in no header"),
    reply_to: z
      .string()
      .max(320)
      .transform((text, ctx) => {
        const found = readMailboxes(text);
        const [one] = typeof found === "string" ? [] : found;
        return one && found.length === 1 ? one.address : (ctx.addIssue({ code: "custom", message: "one address" }), z.NEVER);
      })
      .nullable()
      .default(null),
    subject: subject.min(1).optional(),
    text: body.optional().describe("Made of the HTML when left out"),
    html: body.optional().describe("Sent as it is given"),
    template_id: z.string().max(100).optional(),
    template: z.string().max(100).optional().describe("A template's name, instead of its id"),
    variables: z.record(z.string().max(200), z.json()).default({}).describe("What the template's places are filled with"),
    attachments: z.array(attachment).max(most.attachments).default([]).describe("Content in base64; 5 MiB in all"),
    list_unsubscribe: unsubscribe.nullable().default(null),
  })
  .superRefine((mail, ctx) => {
    const refuse = (path: string, message: string) => ctx.addIssue({ code: "custom", path: [path], message });
    if (mail.to.length === 0) refuse("to", "a mail has a recipient");
    if (mail.to.length + mail.cc.length + mail.bcc.length > most.recipients) refuse("to", `a mail has at most ${most.recipients} recipients, cc and bcc among them`);
    if (mail.attachments.reduce((sum, { content }) => sum + content.length, 0) > most.attachedBytes) refuse("attachments", `at most ${most.attachedBytes} bytes in all`);
    if (mail.template_id !== undefined && mail.template !== undefined) refuse("template", "give template or template_id, not both");
    if (mail.template_id !== undefined || mail.template !== undefined) return;
    if (mail.subject === undefined) refuse("subject", "a mail has a subject, or a template");
    if (mail.text === undefined && mail.html === undefined) refuse("text", "a mail has a text, HTML, or a template");
    if (Object.keys(mail.variables).length > 0) refuse("variables", "variables fill in a template: name one with template or template_id");
  });

export type NewEmail = z.output<typeof newEmail>;
