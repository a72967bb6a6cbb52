import { and, eq } from "drizzle-orm";
import type { z } from "zod";
import { mails } from "../../../db/schema/mails.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { recipientsOf } from "../mails/recipients.ts";
import { sendMail } from "../mails/deliver.ts";
import { type emailSummary, findEmail, summarizeEmail } from "./view.ts";

/**
 * A mail that failed, to those who do not have it: all attempts anew, under the same Message-ID.
 * @throws PlatformError `not-found`, `conflict` for one that did not fail
 */
export async function resendEmail({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<z.infer<typeof emailSummary>> {
  const { db, now } = ctx;
  const row = await findEmail(ctx, input.id);
  const change = {
    status: "queued" as const,
    attempts: 0,
    next_attempt_at: now,
    recipients: recipientsOf(row).map((one) => (one.status === "failed" ? { ...one, status: "queued" as const } : one)),
  };
  const failed = and(eq(mails.id, row.id), eq(mails.status, "failed"));
  const done = await db.batchIf(db.exists(mails, failed), [db.update(mails, change, failed), audited(ctx, { action: "email.resend", entityId: row.id, before: { status: row.status, attempts: row.attempts }, after: { status: "queued", attempts: 0 } })]);
  if (!done) throw new PlatformError("conflict", row.status === "sent" ? "The mail was sent. To send it once more, make another with POST /emails." : "The mail is on its way.");
  sendMail(ctx);
  return summarizeEmail({ ...row, ...change });
}
