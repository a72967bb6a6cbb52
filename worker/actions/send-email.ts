import { ownSpecs } from "../../sdk/schema/actions/index.ts";
import { newEmail } from "../domain/emails/new-email.ts";
import { prepareEmail } from "../domain/emails/prepare.ts";
import { sendMail } from "../domain/mails/deliver.ts";
import { mustHaveRoom } from "../domain/plans/room.ts";
import { action } from "./action.ts";
import { checked } from "./checked.ts";

/** Queued exactly once for the step; sent at least once, under one Message-ID. */
export const sendEmail = action(ownSpecs.sendEmail, async (ctx, params) => {
  const input = checked(newEmail, params, "send_email");
  await mustHaveRoom(ctx, ctx.tenant, "emails_per_day");
  // Attachments are stored with the plan: a preview leaves them out.
  const { row, statement } = await prepareEmail(ctx, ctx.preview ? { ...input, attachments: [] } : input, { key: null, hash: null, executionId: ctx.cause?.executionId ?? null, chain: [...ctx.chain] });
  const { id, recipients, subject, text, html } = row;
  return { statements: [statement], result: { id }, changes: [{ type: "mail", id, before: null, after: { recipients: recipients?.map(({ address, kind }) => ({ address, kind })) ?? [], subject, text, html } }], afterwards: [() => sendMail(ctx)] };
});
