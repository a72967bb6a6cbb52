/**
 * The account of whoever asks.
 * @module
 */
import { findUser, type UserRow } from "../../../db/users.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { admitAttempt } from "../../auth/lockout.ts";
import { verifyPassword } from "../../auth/password.ts";
import type { UserContext } from "../context.ts";

/** @throws PlatformError `unauthorized` when it has gone */
export async function me({ env, actor }: UserContext): Promise<UserRow> {
  const user = await findUser(env.DB, actor.userId);
  if (!user) throw new PlatformError("unauthorized", "This account does not exist any more.");
  return user;
}

/** @throws PlatformError `conflict` unless the second factor is on */
export async function meWithMfa(ctx: UserContext): Promise<UserRow> {
  const user = await me(ctx);
  if (user.mfa_enabled_at === null) throw new PlatformError("conflict", "The second factor is not on. Begin with POST /api/v1/auth/mfa/setup.");
  return user;
}

/**
 * An open session alone may not change how one signs in: it may be a stolen one.
 * @throws PlatformError `invalid-credentials`, `too-many-attempts`, `conflict`
 */
export async function mustKnowPassword(ctx: UserContext, user: UserRow, password: string): Promise<void> {
  if (user.password_hash === null) throw new PlatformError("conflict", "This account has no password: you sign in with a provider, and it asks for the second factor. To have one here, set a password first, with POST /api/v1/auth/password/forgot.");
  const attempt = await admitAttempt(ctx, user.email);
  if (!(await verifyPassword(password, user.password_hash)).ok) throw new PlatformError("invalid-credentials", "The password is wrong.");
  await attempt.succeeded();
}
