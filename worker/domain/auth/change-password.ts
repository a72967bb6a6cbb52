import { z } from "zod";
import { batch } from "../../../db/batch.ts";
import { findUser } from "../../../db/users.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { admitAttempt } from "../../auth/lockout.ts";
import { verifyPassword } from "../../auth/password.ts";
import { mustBeGoodPassword } from "../../auth/password-rules.ts";
import type { UserContext } from "../context.ts";
import { sendMail } from "../mails/deliver.ts";
import { passwordField } from "./fields.ts";
import { settingPassword } from "./set-password.ts";

export const passwordChange = z.strictObject({ current_password: passwordField, new_password: passwordField });

/**
 * Ends the person's other sessions.
 * @throws PlatformError `invalid-credentials`, `bad-request`, `conflict` for a person without a password
 */
export async function changePassword({ ctx, input }: { ctx: UserContext; input: z.infer<typeof passwordChange> }): Promise<void> {
  const { env, actor } = ctx;
  const user = await findUser(env.DB, actor.userId);
  if (!user) throw new PlatformError("unauthorized", "The account is gone.");
  if (user.password_hash === null) throw new PlatformError("conflict", "You sign in elsewhere and have no password here. Set one with a link: POST /api/v1/auth/password/forgot.");
  mustBeGoodPassword(input.new_password, [user.email, user.name], "/new_password");
  // Whoever has got hold of a session must not find the password out through it.
  const attempt = await admitAttempt(ctx, user.email);
  if (!(await verifyPassword(input.current_password, user.password_hash)).ok) throw new PlatformError("invalid-credentials", "The current password is wrong.");
  await attempt.succeeded();
  await batch(env.DB, await settingPassword(ctx, user, { password: input.new_password, by: "change", except: actor.sessionId }));
  sendMail(ctx);
}
