import { eq } from "drizzle-orm";
import type { z } from "zod";
import type { MailRow } from "../../../db/mails.ts";
import { mails } from "../../../db/schema/mails.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { sendMail } from "../mails/deliver.ts";
import { batchWithinPlan } from "../plans/room.ts";
import type { NewEmail } from "./new-email.ts";
import { hashOf, prepareEmail } from "./prepare.ts";
import { type emailSummary, summarizeEmail } from "./view.ts";

/** @throws PlatformError `bad-request`, `plan-limit`, `idempotency-key-reused` */
export async function createEmail({ ctx, input, key }: { ctx: TenantContext; input: NewEmail; key: string | null }): Promise<z.infer<typeof emailSummary>> {
  const hash = key === null ? null : await hashOf(input);
  const first = await sentWith(ctx, key, hash);
  if (first) return summarizeEmail(first);
  const { row, statement, undo } = await prepareEmail(ctx, input, { key, hash, executionId: null, chain: [] });
  try {
    await batchWithinPlan(ctx, "emails_per_day", [statement, audited(ctx, { action: "email.create", entityId: row.id, after: { recipients: row.recipients?.length ?? 1, template_id: row.template_id, attachments: row.attachments?.length ?? 0 } })]);
  } catch (error) {
    await undo();
    // Somebody was quicker with the same key.
    const other = await sentWith(ctx, key, hash);
    if (other) return summarizeEmail(other);
    throw error;
  }
  sendMail(ctx);
  return summarizeEmail(row);
}

/** @throws PlatformError `idempotency-key-reused` when it asked for another mail */
async function sentWith({ db }: TenantContext, key: string | null, hash: string | null): Promise<MailRow | null> {
  if (key === null) return null;
  const row = await db.first(mails, eq(mails.idempotency_key, key));
  if (row && row.request_hash !== hash) throw new PlatformError("idempotency-key-reused", `The Idempotency-Key sent the mail ${row.id}, with other contents: send the same, or take another key for another mail.`);
  return row;
}
