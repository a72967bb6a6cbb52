import { and, eq, lt } from "drizzle-orm";
import { z } from "zod";
import { listTenantMails } from "../../../db/mails.ts";
import { mails } from "../../../db/schema/mails.ts";
import type { TenantContext } from "../context.ts";
import { isAmongRecipients } from "../mails/recipients.ts";
import { type Page, pageQuery, readCursor, toPage } from "../page.ts";
import { emailStatus, type emailSummary, type emailView, findEmail, summarizeEmail, viewEmail } from "./view.ts";

export const emailsQuery = pageQuery.extend({
  status: emailStatus.optional(),
  recipient: z.string().max(320).optional().describe("Only to this address, as to, cc or bcc"),
  template_id: z.string().max(100).optional(),
  execution_id: z.string().max(100).optional().describe("Only what this execution sent"),
});

/** The latest first. */
export async function listEmails({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof emailsQuery> }): Promise<Page<z.infer<typeof emailSummary>>> {
  const before = readCursor(input.cursor);
  const { status, recipient, template_id, execution_id } = input;
  const where = and(
    status && eq(mails.status, status),
    recipient === undefined ? undefined : isAmongRecipients(recipient),
    template_id === undefined ? undefined : eq(mails.template_id, template_id),
    execution_id === undefined ? undefined : eq(mails.execution_id, execution_id),
    before === null ? undefined : lt(mails.id, before),
  );
  const rows = await listTenantMails(ctx.env.DB, ctx.tenant, where, input.limit + 1);
  return toPage(rows, input.limit, (row) => row.id, summarizeEmail);
}

/** @throws PlatformError `not-found` */
export async function getEmail({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<z.infer<typeof emailView>> {
  return viewEmail(await findEmail(ctx, input.id));
}
