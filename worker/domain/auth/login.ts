import { z } from "zod";
import { batch } from "../../../db/batch.ts";
import { issueToken } from "../../../db/one-time-tokens.ts";
import type { Statement } from "../../../db/batch.ts";
import { findUserByEmail, type TenantOfUser, tenantsOfUser, updateUser, type UserRow } from "../../../db/users.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { admitAttempt } from "../../auth/lockout.ts";
import { hashPassword, verifyPassword } from "../../auth/password.ts";
import { audited } from "../audit/record.ts";
import type { BaseContext } from "../context.ts";
import { beginSession, type SignInMethod } from "../sessions/begin.ts";
import { sessionGrant } from "../sessions/view.ts";
import { emailField, passwordField } from "./fields.ts";
import { inTenant } from "./in-tenant.ts";

export const loginBody = z.strictObject({
  email: emailField,
  password: passwordField,
  tenant: z.string().max(64).optional().describe("Slug or id; left out: the one signed in to last"),
});

export const tenantChoice = z.object({ id: z.string(), slug: z.string(), name: z.string(), role: z.string() });
const mfaChallenge = z.object({ mfa_required: z.literal(true), mfa_token: z.string().describe("For POST /auth/mfa/verify, within 5 minutes") });
export const signedIn = sessionGrant.extend({ tenants: z.array(tenantChoice).describe("All tenants the person may sign in to; see POST /auth/switch") });
export const loginReply = z.union([signedIn, mfaChallenge]);
export type LoginReply = z.infer<typeof loginReply>;

const mfaLifeMs = 5 * 60_000;

/**
 * One answer for an unknown address, a wrong password, no membership and a disabled one, in
 * the same time.
 * @throws PlatformError `invalid-credentials`, `too-many-attempts`
 */
export async function login({ ctx, input }: { ctx: BaseContext; input: z.infer<typeof loginBody> }): Promise<LoginReply> {
  const { DB } = ctx.env;
  const attempt = await admitAttempt(ctx, input.email);
  const user = await findUserByEmail(DB, input.email);
  const [{ ok, outdated }, memberOf] = await Promise.all([verifyPassword(input.password, user?.password_hash ?? null), tenantsOfUser(DB, user?.id ?? "")]);
  const tenant = chosen(memberOf, input.tenant);
  if (!user || !ok || !tenant) {
    if (user) ctx.waitUntil(recordRefusal(ctx, user, memberOf, ok ? "no_membership" : "wrong_password"));
    throw new PlatformError("invalid-credentials", "The email address or the password is wrong, or you are not a member of this tenant.");
  }
  await attempt.succeeded();
  const along = outdated ? [updateUser(DB, user.id, { password_hash: await hashPassword(input.password) })] : [];
  return signInOrChallenge(ctx, user, memberOf, tenant, "password", along);
}

/** The first factor has been shown: a session, or the question for the second. */
export async function signInOrChallenge(ctx: BaseContext, user: UserRow, memberOf: readonly TenantOfUser[], { tenant_id: tenantId }: TenantOfUser, method: SignInMethod, along: readonly Statement[] = []): Promise<LoginReply> {
  const { env, now } = ctx;
  if (user.mfa_enabled_at !== null) {
    const { token, statement } = await issueToken(env.DB, { purpose: "mfa", userId: user.id, tenantId, data: { method }, now, lifeMs: mfaLifeMs });
    await batch(env.DB, [...along, statement]);
    return { mfa_required: true, mfa_token: token };
  }
  const grant = await beginSession(ctx, { userId: user.id, tenantId, method, along });
  return { ...grant, tenants: choices(memberOf) };
}

export function choices(memberOf: readonly TenantOfUser[]): z.infer<typeof tenantChoice>[] {
  return memberOf.filter(({ status }) => status === "active").map(({ tenant_id, slug, name, role }) => ({ id: tenant_id, slug, name, role }));
}

/** @param named slug or id; the first, when left out: they come in the order of their last use */
export function chosen(memberOf: readonly TenantOfUser[], named: string | undefined): TenantOfUser | undefined {
  const active = memberOf.filter(({ status }) => status === "active");
  return named === undefined ? active[0] : active.find(({ tenant_id, slug }) => tenant_id === named || slug === named);
}

/** The tenants a person belongs to see that somebody tried to get in as them. */
async function recordRefusal(ctx: BaseContext, user: UserRow, memberOf: readonly TenantOfUser[], reason: string): Promise<void> {
  const events = memberOf.map(({ tenant_id }) => audited(inTenant(ctx, tenant_id, null), { action: "session.refuse", entityId: null, after: { user_id: user.id, reason } }));
  await batch(ctx.env.DB, events);
}
