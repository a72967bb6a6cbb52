/**
 * People as members of a tenant: memberships beside accounts, which belong to no tenant.
 * Every read names the tenant whose members it is about.
 * @module
 */
import { and, asc, count, eq, type SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { among } from "./among.ts";
import { memberships } from "./schema/memberships.ts";
import { users } from "./schema/users.ts";

const member = {
  id: users.id,
  email: users.email,
  name: users.name,
  locale: users.locale,
  mfa_enabled_at: users.mfa_enabled_at,
  role: memberships.role,
  team_id: memberships.team_id,
  status: memberships.status,
  created_at: memberships.created_at,
  updated_at: memberships.updated_at,
};

export type Member = Awaited<ReturnType<typeof listMembers>>[number];

/** By account, the oldest first. */
export function listMembers(d1: D1Database, tenant: string, { where, limit }: { where: SQL | undefined; limit: number }) {
  return drizzle(d1)
    .select(member)
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.user_id))
    .where(and(eq(memberships.tenant_id, tenant), where))
    .orderBy(asc(memberships.user_id))
    .limit(limit);
}

/** How many members each of these teams has; teams without any are left out. */
export async function countMembersByTeam(d1: D1Database, tenant: string, teams: readonly string[]): Promise<Map<string, number>> {
  const rows = await drizzle(d1)
    .select({ team: memberships.team_id, members: count() })
    .from(memberships)
    .where(and(eq(memberships.tenant_id, tenant), among(memberships.team_id, teams)))
    .groupBy(memberships.team_id);
  return new Map(rows.map(({ team, members }) => [team ?? "", members]));
}

/** Names by account, of people who have left too: for what they did while they were here. */
export async function namesOfUsers(d1: D1Database, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await drizzle(d1)
    .select({ id: users.id, name: users.name })
    .from(users)
    .where(among(users.id, ids));
  return new Map(rows.map(({ id, name }) => [id, name]));
}
