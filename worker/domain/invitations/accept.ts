import { z } from "zod";
import type { Statement } from "../../../db/batch.ts";
import { newId } from "../../../db/ids.ts";
import { findInvitation, type InvitationRow } from "../../../db/invitations.ts";
import { memberships } from "../../../db/schema/memberships.ts";
import { invitations } from "../../../db/schema/sessions.ts";
import { findMember, findUser, findUserByEmail, insertUser, tenantsOfUser, updateUser, type UserRow } from "../../../db/users.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { admitAttempt } from "../../auth/lockout.ts";
import { hashPassword, verifyPassword } from "../../auth/password.ts";
import { mustBeGoodPassword } from "../../auth/password-rules.ts";
import { dispatchSoon } from "../../events/emit.ts";
import { userEvent } from "../../events/user-events.ts";
import { audited } from "../audit/record.ts";
import { passwordField, personName, tokenField } from "../auth/fields.ts";
import { inTenant } from "../auth/in-tenant.ts";
import { chosen, type LoginReply, signInOrChallenge } from "../auth/login.ts";
import type { PublicContext } from "../context.ts";
import { byToken, hashOf, isOpen, linkIsOver } from "./link.ts";
import { statusOf } from "./view.ts";

export const acceptBody = z.strictObject({
  token: tokenField,
  name: personName.optional().describe("For who has no account yet; left out: as the invitation says"),
  password: passwordField.optional().describe("Of the account, or for a new one; left out by who is signed in"),
});
type Input = z.infer<typeof acceptBody>;

/** Who joins, and what has to be done about their account. */
interface Joining {
  userId: string;
  along: Statement[];
}

/**
 * Joins the tenant. The link shows that the address is theirs; an account that there is asks
 * for its own proof besides, and for its second factor.
 * @throws PlatformError `invalid-link`, `bad-request`, `invalid-credentials`, `too-many-attempts`, `forbidden`, `conflict`
 */
export async function acceptInvitation({ ctx, input }: { ctx: PublicContext; input: Input }): Promise<LoginReply> {
  const { env, now } = ctx;
  const hash = await hashOf(input.token);
  const found = await findInvitation(env.DB, hash);
  if (!found || statusOf(found.invitation, now) !== "pending") throw linkIsOver();
  const { invitation } = found;
  const { id, tenant_id: tenantId, email, role, team_id } = invitation;
  const account = await findUserByEmail(env.DB, email);
  const { userId, along } = account ? await existing(ctx, account, invitation, input) : await newcomer(ctx, invitation, input);

  const audit = inTenant(ctx, tenantId, userId);
  const open = isOpen(now, byToken(hash));
  const membership = { user_id: userId, role, team_id, status: "active" as const };
  const joined = await audit.db.batchIf(audit.db.exists(invitations, open), [
    ...along,
    audit.db.insert(memberships, { ...membership, created_at: now, updated_at: now }),
    audit.db.update(invitations, { accepted_at: now }, open),
    audited(audit, { action: "invitation.accept", entityId: id, after: membership }),
    userEvent(audit, "joined", userId, membership),
  ]);
  if (!joined) throw linkIsOver();
  dispatchSoon({ ...ctx, db: audit.db });
  return signIn(ctx, userId, tenantId);
}

async function existing(ctx: PublicContext, account: UserRow, { tenant_id }: InvitationRow, { password }: Input): Promise<Joining> {
  const { env, now, visitor } = ctx;
  // What a tenant's provider vouches for counts in that tenant alone: it does not let anybody join another.
  if (visitor?.kind === "user" && visitor.method !== "sso") {
    if (visitor.userId !== account.id) throw new PlatformError("forbidden", "The invitation is for another address than that of the account you are signed in to. Sign out first.");
  } else {
    if (account.password_hash === null) throw new PlatformError("conflict", "There is an account with this address that has no password: its owner signs in with a provider. Set one first, with POST /api/v1/auth/password/forgot, then open the invitation again.");
    if (password === undefined) throw lacking("/password", "there is an account with this address: give its password, or sign in first");
    const attempt = await admitAttempt(ctx, account.email);
    if (!(await verifyPassword(password, account.password_hash)).ok) throw new PlatformError("invalid-credentials", "There is an account with this address, and this is not its password.");
    await attempt.succeeded();
  }
  if (await findMember(env.DB, account.id, tenant_id)) throw new PlatformError("conflict", "You are a member already.");
  return { userId: account.id, along: account.email_verified_at === null ? [updateUser(env.DB, account.id, { email_verified_at: now, updated_at: now })] : [] };
}

async function newcomer({ env, now }: PublicContext, invitation: InvitationRow, { password, ...input }: Input): Promise<Joining> {
  const { email } = invitation;
  const name = input.name ?? invitation.name;
  if (name === null) throw lacking("/name", "say your name");
  if (password === undefined) throw lacking("/password", "choose a password");
  mustBeGoodPassword(password, [email, name]);
  const userId = newId(now);
  const user = { id: userId, email, name, password_hash: await hashPassword(password), email_verified_at: now, created_at: now, updated_at: now };
  return { userId, along: [insertUser(env.DB, user)] };
}

function lacking(pointer: string, detail: string): PlatformError {
  return new PlatformError("bad-request", `${pointer}: ${detail}`, [{ pointer, detail }]);
}

async function signIn(ctx: PublicContext, userId: string, tenantId: string): Promise<LoginReply> {
  const [user, memberOf] = await Promise.all([findUser(ctx.env.DB, userId), tenantsOfUser(ctx.env.DB, userId)]);
  const tenant = chosen(memberOf, tenantId);
  if (!user || !tenant) throw new PlatformError("forbidden", "You are not an active member of this tenant.");
  return signInOrChallenge(ctx, user, memberOf, tenant, "invitation");
}
