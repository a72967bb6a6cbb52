import { z } from "zod";
import { batch } from "../../../db/batch.ts";
import { endTokens, issueToken } from "../../../db/one-time-tokens.ts";
import { findUserByEmail } from "../../../db/users.ts";
import { admitAttempt } from "../../auth/lockout.ts";
import { hashPassword } from "../../auth/password.ts";
import { mustBeGoodPassword } from "../../auth/password-rules.ts";
import type { BaseContext } from "../context.ts";
import { sendMail } from "../mails/deliver.ts";
import { linkTo, queueMail } from "../mails/queue.ts";
import { textsIn } from "../mails/texts.ts";
import { emailField, localeField, passwordField, personName, slugField, tenantName } from "./fields.ts";
import { confirmLifeMs, confirmPage, resetLifeMs, resetPage } from "./links.ts";

export const registerBody = z.strictObject({
  email: emailField,
  password: passwordField.describe("12 to 256 characters; none that guessing programs try first"),
  name: personName,
  tenant_name: tenantName,
  tenant_slug: slugField.optional().describe("Made from the name when left out; gets a number when it is taken"),
  locale: localeField.default("en"),
});

/** What is kept until the address is confirmed. */
export const pending = registerBody.omit({ email: true, password: true }).extend({ email: z.string(), password_hash: z.string() });

/**
 * Mails a link; nothing is created before it is used. Whether the address has an account shows
 * neither in the answer nor in its time: only in the mail, which its owner reads.
 * @throws PlatformError `bad-request`, `too-many-attempts`
 */
export async function register({ ctx, input }: { ctx: BaseContext; input: z.infer<typeof registerBody> }): Promise<void> {
  const { email, password, ...rest } = input;
  const { name, tenant_name } = rest;
  mustBeGoodPassword(password, [email, name, tenant_name]);
  await admitAttempt(ctx, `mail:${email}`);
  const [password_hash, user] = await Promise.all([hashPassword(password), findUserByEmail(ctx.env.DB, email)]);
  const { DB } = ctx.env;
  const issue = { now: ctx.now };
  const { token, statement } = user
    ? await issueToken(DB, { ...issue, purpose: "reset", userId: user.id, lifeMs: resetLifeMs })
    : await issueToken(DB, { ...issue, purpose: "register", data: { ...rest, email, password_hash } satisfies z.infer<typeof pending>, lifeMs: confirmLifeMs });
  const texts = textsIn(user?.locale ?? input.locale);
  const mail = user ? texts.known({ name: user.name, link: linkTo(ctx, resetPage, token) }) : texts.confirm({ name, tenant: tenant_name, link: linkTo(ctx, confirmPage, token) });
  await batch(DB, [endTokens(DB, { userId: user?.id ?? "", purpose: "reset", now: ctx.now }), statement, queueMail(ctx, { to: email, ...mail })]);
  sendMail(ctx);
}
