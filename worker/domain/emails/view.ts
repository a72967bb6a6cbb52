import { and, eq } from "drizzle-orm";
import { z } from "zod";
import type { MailRow, MailSummary } from "../../../db/mails.ts";
import { mails } from "../../../db/schema/mails.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { iso, type TenantContext } from "../context.ts";
import { recipientsOf } from "../mails/recipients.ts";

export const emailStatus = z.enum(["queued", "sent", "failed"]);

const recipientView = z.object({
  email: z.string(),
  name: z.string().nullable(),
  kind: z.enum(["to", "cc", "bcc"]),
  status: emailStatus,
  error: z.string().nullable(),
});

export const emailSummary = z.object({
  id: z.string(),
  status: emailStatus.describe("`sent`: the next server has it for everybody; `failed`: not for everybody, and it is not tried again"),
  subject: z.string(),
  recipients: z.array(recipientView),
  reply_to: z.string().nullable(),
  attachments: z.array(z.object({ filename: z.string(), content_type: z.string(), size: z.number().int() })),
  template_id: z.string().nullable(),
  execution_id: z.string().nullable().describe("The execution that sent it"),
  attempts: z.number().int(),
  error: z.string().nullable().describe("Of the latest attempt"),
  created_at: z.string(),
  next_attempt_at: z.string().nullable(),
  sent_at: z.string().nullable(),
});

export const emailView = emailSummary.extend({ text: z.string(), html: z.string().nullable() });

export function summarizeEmail(row: MailSummary): z.infer<typeof emailSummary> {
  const { id, status, subject, reply_to, attachments, template_id, execution_id, attempts, error, created_at, next_attempt_at, sent_at } = row;
  return {
    id,
    status,
    subject,
    recipients: recipientsOf(row).map(({ address, ...one }) => ({ email: address, ...one })),
    reply_to,
    attachments: (attachments ?? []).map(({ filename, content_type, size }) => ({ filename, content_type, size })),
    template_id,
    execution_id,
    attempts,
    error,
    created_at: iso(created_at),
    next_attempt_at: status === "queued" ? iso(next_attempt_at) : null,
    sent_at: sent_at === null ? null : iso(sent_at),
  };
}

export const viewEmail = (row: MailRow): z.infer<typeof emailView> => ({ ...summarizeEmail(row), text: row.text, html: row.html });

/** The platform's own mail holds links that open something: nobody is shown it. */
export const isTenants = eq(mails.kind, "tenant");

/** @throws PlatformError `not-found` */
export async function findEmail({ db }: Pick<TenantContext, "db">, id: string): Promise<MailRow & { tenant_id: string | null }> {
  const row = await db.first(mails, and(isTenants, eq(mails.id, id)));
  if (!row) throw new PlatformError("not-found", `There is no mail ${id}.`);
  return row;
}
