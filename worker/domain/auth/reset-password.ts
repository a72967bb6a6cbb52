import { z } from "zod";
import { batchIf } from "../../../db/batch.ts";
import { peekToken, tokenUse } from "../../../db/one-time-tokens.ts";
import { findUser, tenantsOfUser } from "../../../db/users.ts";
import { forgetAttempts } from "../../auth/lockout.ts";
import { mustBeGoodPassword } from "../../auth/password-rules.ts";
import type { BaseContext } from "../context.ts";
import { sendMail } from "../mails/deliver.ts";
import { passwordField, tokenField } from "./fields.ts";
import { invalidLink } from "./links.ts";
import { chosen, type LoginReply, signInOrChallenge } from "./login.ts";
import { settingPassword } from "./set-password.ts";

export const resetBody = z.strictObject({ token: tokenField, password: passwordField });

const purpose = "reset";

/**
 * Sets the password, ends all sessions, and signs in where the person was last; a second
 * factor is asked for all the same.
 * @returns null for a person who is an active member nowhere
 * @throws PlatformError `invalid-link`, `bad-request`
 */
export async function resetPassword({ ctx, input }: { ctx: BaseContext; input: z.infer<typeof resetBody> }): Promise<LoginReply | null> {
  const { DB } = ctx.env;
  const use = { token: input.token, purpose, now: ctx.now } as const;
  const found = await peekToken(DB, use);
  const user = found?.user_id ? await findUser(DB, found.user_id) : null;
  if (!user) throw invalidLink();
  mustBeGoodPassword(input.password, [user.email, user.name]);
  // A bad password leaves the link as it is.
  const [{ condition, statement }, memberOf, setting] = await Promise.all([tokenUse(DB, use), tenantsOfUser(DB, user.id), settingPassword(ctx, user, { password: input.password, by: "reset" })]);
  if (!(await batchIf(DB, condition, [statement, ...setting]))) throw invalidLink();
  await forgetAttempts(ctx, user.email);
  sendMail(ctx);
  const tenant = chosen(memberOf, undefined);
  return tenant ? signInOrChallenge(ctx, user, memberOf, tenant, "reset") : null;
}
