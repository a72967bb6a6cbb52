/**
 * Whose calendar a secret link shows: looked up before any tenant is known. One read brings the
 * link, the membership it is of, and what they may by now.
 * @module
 */
import { and, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { memberships } from "./schema/memberships.ts";
import { roles } from "./schema/roles.ts";
import { calendarFeeds } from "./schema/tasks.ts";
import { users } from "./schema/users.ts";

/** Null when there is no such link, or whoever made it is no active member any more. */
export async function findCalendarFeed(d1: D1Database, hash: string) {
  const [row] = await drizzle(d1)
    .select({ feed: calendarFeeds, user_name: users.name, role: memberships.role, team_id: memberships.team_id, grants: roles.grants, masked: roles.masked })
    .from(calendarFeeds)
    .innerJoin(memberships, and(eq(memberships.tenant_id, calendarFeeds.tenant_id), eq(memberships.user_id, calendarFeeds.user_id), eq(memberships.status, "active")))
    .innerJoin(users, eq(users.id, calendarFeeds.user_id))
    .leftJoin(roles, and(eq(roles.id, memberships.role), eq(roles.tenant_id, calendarFeeds.tenant_id)))
    .where(eq(calendarFeeds.token_hash, hash))
    .limit(1);
  return row ?? null;
}
