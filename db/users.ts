/**
 * People. An account belongs to no tenant: it is looked up when somebody signs in, before
 * any tenant is known; which tenants it opens is in memberships.
 * @module
 */
import { and, desc, eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { memberships } from "./schema/memberships.ts";
import { sessions } from "./schema/sessions.ts";
import { tenants } from "./schema/tenants.ts";
import { users } from "./schema/users.ts";
import type { Statement } from "./tenant-db.ts";

export type UserRow = typeof users.$inferSelect;

/** As `users.email` holds addresses. */
export function normaliseEmail(email: string): string {
  return email.trim().normalize("NFKC").toLowerCase();
}

/** @param email normalised by {@link normaliseEmail} */
export async function findUserByEmail(d1: D1Database, email: string): Promise<UserRow | null> {
  const [row] = await drizzle(d1).select().from(users).where(eq(users.email, email)).limit(1);
  return row ?? null;
}

export async function findUser(d1: D1Database, id: string): Promise<UserRow | null> {
  const [row] = await drizzle(d1).select().from(users).where(eq(users.id, id)).limit(1);
  return row ?? null;
}

/** For the batch of the change it belongs to. */
export function insertUser(d1: D1Database, row: typeof users.$inferInsert): Statement {
  return drizzle(d1).insert(users).values(row);
}

/** For the batch of the change it belongs to. */
export function updateUser(d1: D1Database, id: string, set: Partial<Omit<UserRow, "id">>): Statement {
  return drizzle(d1).update(users).set(set).where(eq(users.id, id));
}

export interface TenantOfUser {
  tenant_id: string;
  slug: string;
  name: string;
  role: string;
  status: "active" | "disabled";
}

const tenantOfUser = { tenant_id: tenants.id, slug: tenants.slug, name: tenants.name, role: memberships.role, status: memberships.status };

/** Every tenant the person is a member of, disabled memberships too; where they were last comes first. */
export function tenantsOfUser(d1: D1Database, userId: string): Promise<TenantOfUser[]> {
  const lastUsed = sql`(select max(${sessions.last_used_at}) from ${sessions} where ${sessions.user_id} = ${memberships.user_id} and ${sessions.tenant_id} = ${memberships.tenant_id})`;
  return drizzle(d1)
    .select(tenantOfUser)
    .from(memberships)
    .innerJoin(tenants, eq(tenants.id, memberships.tenant_id))
    .where(eq(memberships.user_id, userId))
    .orderBy(desc(sql`coalesce(${lastUsed}, 0)`), memberships.created_at, memberships.tenant_id);
}

/** A person, and what they are in one tenant, in one read. */
export async function findMember(d1: D1Database, userId: string, tenantId: string) {
  const [row] = await drizzle(d1)
    .select({ user: users, tenant: tenantOfUser })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.user_id))
    .innerJoin(tenants, eq(tenants.id, memberships.tenant_id))
    .where(and(eq(memberships.user_id, userId), eq(memberships.tenant_id, tenantId)))
    .limit(1);
  return row ?? null;
}
