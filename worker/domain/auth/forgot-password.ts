import { z } from "zod";
import { batch } from "../../../db/batch.ts";
import { endTokens, issueToken } from "../../../db/one-time-tokens.ts";
import { findUserByEmail } from "../../../db/users.ts";
import { admitAttempt } from "../../auth/lockout.ts";
import type { BaseContext } from "../context.ts";
import { sendMail } from "../mails/deliver.ts";
import { linkTo, queueMail } from "../mails/queue.ts";
import { textsIn } from "../mails/texts.ts";
import { emailField } from "./fields.ts";
import { resetLifeMs, resetPage } from "./links.ts";

export const forgotBody = z.strictObject({ email: emailField });

/**
 * Mails a link that sets a new password, if the address has an account. The answer and its
 * time are the same if not: then a token that nobody gets is written instead.
 * @throws PlatformError `too-many-attempts`
 */
export async function forgotPassword({ ctx, input }: { ctx: BaseContext; input: z.infer<typeof forgotBody> }): Promise<void> {
  const { DB } = ctx.env;
  await admitAttempt(ctx, `mail:${input.email}`);
  const user = await findUserByEmail(DB, input.email);
  const { token, statement } = await issueToken(DB, { purpose: "reset", userId: user?.id ?? null, now: ctx.now, lifeMs: user ? resetLifeMs : 0 });
  const mail = textsIn(user?.locale ?? "en").reset({ name: user?.name ?? "", link: linkTo(ctx, resetPage, token) });
  // One link at a time: the latest.
  const ended = endTokens(DB, { userId: user?.id ?? "", purpose: "reset", now: ctx.now });
  await batch(DB, [ended, statement, ...(user ? [queueMail(ctx, { to: user.email, ...mail })] : [])]);
  if (user) sendMail(ctx);
}
