import { newEmail } from "../domain/emails/new-email.ts";
import { prepareEmail } from "../domain/emails/prepare.ts";
import { sendMail } from "../domain/mails/deliver.ts";
import { mustHaveRoom } from "../domain/plans/room.ts";
import { chainThrough } from "../events/chain.ts";
import { action } from "./action.ts";

/** Queued exactly once for the step; sent at least once, under one Message-ID. */
export const sendEmail = action({
  id: "send_email",
  title: "Send an email",
  params: newEmail,
  async plan(ctx, params) {
    await mustHaveRoom(ctx, ctx.tenant, "emails_per_day");
    const { row, statement } = await prepareEmail(ctx, params, { key: null, hash: null, executionId: ctx.cause.executionId, chain: chainThrough(ctx.cause) });
    return { statements: [statement], result: { id: row.id }, afterwards: () => sendMail(ctx) };
  },
});
