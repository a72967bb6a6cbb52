/**
 * Personal data that belongs to no tenant: accounts and what hangs on them. It is exported and
 * erased for a person, who may be known in several tenants; an account goes with its last one.
 * @module
 */
import { and, eq, isNull, ne, notExists, sql, type SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { among } from "./among.ts";
import type { Statement } from "./batch.ts";
import { mails } from "./schema/mails.ts";
import { memberships } from "./schema/memberships.ts";
import { oneTimeTokens, sessions, signInFailures } from "./schema/sessions.ts";
import { identities, ssoProviders } from "./schema/sso.ts";
import { tenants } from "./schema/tenants.ts";
import { recoveryCodes, users } from "./schema/users.ts";

/** Whether the tenant knows the person as one of its own, now or before. */
export async function isKnownIn(d1: D1Database, userId: string, tenant: string): Promise<boolean> {
  const db = drizzle(d1);
  const [member, signedIn] = await db.batch([
    db.select({ id: memberships.user_id }).from(memberships).where(and(eq(memberships.user_id, userId), eq(memberships.tenant_id, tenant))).limit(1),
    db.select({ id: sessions.id }).from(sessions).where(and(eq(sessions.user_id, userId), eq(sessions.tenant_id, tenant))).limit(1),
  ]);
  return member.length > 0 || signedIn.length > 0;
}

export async function isMemberElsewhere(d1: D1Database, userId: string, tenant: string): Promise<boolean> {
  const rows = await drizzle(d1).select({ id: memberships.user_id }).from(memberships).where(and(eq(memberships.user_id, userId), ne(memberships.tenant_id, tenant))).limit(1);
  return rows.length > 0;
}

/** Everybody with an account who is, or was, a member of the tenant. */
export async function peopleOf(d1: D1Database, tenant: string): Promise<string[]> {
  const db = drizzle(d1);
  const [members, signedIn] = await db.batch([
    db.select({ id: memberships.user_id }).from(memberships).where(eq(memberships.tenant_id, tenant)),
    db.selectDistinct({ id: sessions.user_id }).from(sessions).where(eq(sessions.tenant_id, tenant)),
  ]);
  return [...new Set([...members, ...signedIn].map(({ id }) => id))];
}

/** Accounts without what opens them. */
export function accountsIn(d1: D1Database, ids: readonly string[]) {
  const { id, email, name, locale, email_verified_at, mfa_enabled_at, created_at, updated_at } = users;
  return drizzle(d1).select({ id, email, name, locale, email_verified_at, mfa_enabled_at, created_at, updated_at }).from(users).where(among(users.id, ids)).orderBy(users.id);
}

/** At one tenant's providers; at everybody's without one. */
export function identitiesOf(d1: D1Database, tenant: string, userId: string | null) {
  const providers = sql`${identities.provider_id} in (select ${ssoProviders.id} from ${ssoProviders} where ${ssoProviders.tenant_id} = ${tenant})`;
  return drizzle(d1).select().from(identities).where(and(providers, userId === null ? undefined : eq(identities.user_id, userId)));
}

export function removeIdentitiesOf(d1: D1Database, tenant: string, userId: string | null): Statement {
  const providers = sql`${identities.provider_id} in (select ${ssoProviders.id} from ${ssoProviders} where ${ssoProviders.tenant_id} = ${tenant})`;
  return drizzle(d1).delete(identities).where(and(providers, userId === null ? undefined : eq(identities.user_id, userId)));
}

/** Mail that no tenant sent, such as a password reset. */
const platformMail = (email: string) => and(isNull(mails.tenant_id), eq(mails.recipient, email));

export function platformMailsTo(d1: D1Database, email: string) {
  return drizzle(d1).select().from(mails).where(platformMail(email));
}

export function recoveryCodesOf(d1: D1Database, userId: string) {
  return drizzle(d1).select({ used_at: recoveryCodes.used_at }).from(recoveryCodes).where(eq(recoveryCodes.user_id, userId));
}

export function tokensOf(d1: D1Database, userId: string) {
  const { purpose, created_at, expires_at, used_at } = oneTimeTokens;
  return drizzle(d1).select({ purpose, created_at, expires_at, used_at }).from(oneTimeTokens).where(eq(oneTimeTokens.user_id, userId));
}

/**
 * For the batch that ends memberships, after them: those of these accounts go that are a
 * member of nothing any more, with all that hangs on them.
 */
export function removeAccountsWithoutTenant(d1: D1Database, ids: readonly string[]): Statement[] {
  const db = drizzle(d1);
  const none = (id: typeof users.id | typeof sessions.user_id): SQL | undefined => and(among(id, ids), notExists(db.select({ one: sql`1` }).from(memberships).where(eq(memberships.user_id, id))));
  const homeless = sql`select ${users.id} from ${users} where ${none(users.id)}`;
  const addresses = sql`select ${users.email} from ${users} where ${none(users.id)}`;
  return [
    db.delete(mails).where(and(isNull(mails.tenant_id), sql`${mails.recipient} in (${addresses})`)),
    db.delete(recoveryCodes).where(sql`${recoveryCodes.user_id} in (${homeless})`),
    db.delete(identities).where(sql`${identities.user_id} in (${homeless})`),
    db.delete(oneTimeTokens).where(sql`${oneTimeTokens.user_id} in (${homeless})`),
    db.delete(sessions).where(sql`${sessions.user_id} in (${homeless})`),
    db.delete(users).where(none(users.id)),
  ];
}

/** Counts of failed attempts at an account, by the keys that worker/auth/lockout.ts gives them. */
export function removeFailures(d1: D1Database, keys: readonly string[]): Statement {
  return drizzle(d1).delete(signInFailures).where(among(signInFailures.key, keys));
}

/** Accounts with these ids or addresses. */
export function accountsLike(d1: D1Database, ids: readonly string[], emails: readonly string[]) {
  return drizzle(d1).select({ id: users.id, email: users.email }).from(users).where(sql`${among(users.id, ids)} or ${among(users.email, emails)}`);
}

/** Last of all: whatever still belongs to it makes this fail. */
export function removeTenant(d1: D1Database, id: string): Statement {
  return drizzle(d1).delete(tenants).where(eq(tenants.id, id));
}
