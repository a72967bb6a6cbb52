/**
 * Which account a provider's person signs in to.
 *
 * Invariants
 * 1. An identity is linked to an account only by an address that the provider says is verified,
 *    and only to an account that is an active member of the provider's tenant already.
 * 2. Joining by domain makes a new account; one that exists is never drawn into a tenant.
 * 3. What a provider vouches for counts in its tenant alone: a tenant's admin chooses the
 *    provider, and with it what it says.
 * @module
 */
import { findIdentity, insertIdentity } from "../../../db/identities.ts";
import { newId } from "../../../db/ids.ts";
import { memberships } from "../../../db/schema/memberships.ts";
import type { ProviderRow } from "../../../db/sso.ts";
import type { Statement } from "../../../db/tenant-db.ts";
import { findMember, findUserByEmail, insertUser, normaliseEmail } from "../../../db/users.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { OidcPerson } from "../../auth/oidc.ts";
import { userEvent } from "../../events/user-events.ts";
import { audited } from "../audit/record.ts";
import { inTenant } from "../auth/in-tenant.ts";
import type { BaseContext } from "../context.ts";
import { mustHaveRoom } from "../plans/room.ts";

export interface SsoMember {
  userId: string;
  /** Changes to be made before they sign in: a new link, a new account. */
  along: Statement[];
}

/** @throws PlatformError `sso-not-a-member`, `plan-limit` */
export async function memberOf(base: BaseContext, provider: ProviderRow, person: OidcPerson): Promise<SsoMember> {
  const { env } = base;
  const known = await findIdentity(env.DB, provider.id, person.subject);
  if (known) {
    await mustBeMember(base, provider, known.user_id);
    return { userId: known.user_id, along: [] };
  }
  if (person.email === null || !person.emailVerified) throw refused("The provider does not say that your address is verified, and you have not signed in with it before.");
  const email = normaliseEmail(person.email);
  const account = await findUserByEmail(env.DB, email);
  if (account) {
    await mustBeMember(base, provider, account.id);
    return { userId: account.id, along: link(base, provider, person, account.id) };
  }
  if (!provider.domains.includes(email.slice(email.lastIndexOf("@") + 1))) throw refused("Nobody with your address is a member of this tenant. Ask an admin for an invitation.");
  await mustHaveRoom(base, provider.tenant_id, "users");
  return join(base, provider, person, email);
}

const refused = (detail: string) => new PlatformError("sso-not-a-member", detail);

async function mustBeMember({ env }: BaseContext, provider: ProviderRow, userId: string): Promise<void> {
  const member = await findMember(env.DB, userId, provider.tenant_id);
  if (member?.tenant.status !== "active") throw refused("You are not an active member of this tenant. Ask an admin for an invitation.");
}

function link(base: BaseContext, provider: ProviderRow, { subject }: OidcPerson, userId: string): Statement[] {
  const { env, now } = base;
  return [
    insertIdentity(env.DB, { id: newId(now), provider_id: provider.id, subject, user_id: userId, created_at: now }),
    audited(inTenant(base, provider.tenant_id, userId), { action: "sso_identity.create", entityId: userId, after: { provider_id: provider.id, user_id: userId } }),
  ];
}

function join(base: BaseContext, provider: ProviderRow, person: OidcPerson, email: string): SsoMember {
  const { env, now } = base;
  const { tenant_id, role } = provider;
  const userId = newId(now);
  const name = (person.name ?? email.slice(0, email.lastIndexOf("@"))).trim().slice(0, 100) || email;
  const audit = inTenant(base, tenant_id, userId);
  const membership = { user_id: userId, role, team_id: null, status: "active" as const };
  const along = [
    // The address is verified by the provider's word, not by ours.
    insertUser(env.DB, { id: userId, email, name, created_at: now, updated_at: now }),
    audit.db.insert(memberships, { ...membership, created_at: now, updated_at: now }),
    audited(audit, { action: "user.create", entityId: userId, after: { ...membership, by: "sso" } }),
    userEvent(audit, "joined", userId, membership),
    ...link(base, provider, person, userId),
  ];
  return { userId, along };
}
