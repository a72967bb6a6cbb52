/**
 * A tenant keeps an active admin: whatever takes one away is decided in the transaction that
 * does it, so that two admins cannot demote each other at once.
 * @module
 */
import { and, eq, ne, type SQL, sql } from "drizzle-orm";
import type { Member } from "../../../db/members.ts";
import { memberships } from "../../../db/schema/memberships.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { TenantContext } from "../context.ts";

const others = (id: string) => and(ne(memberships.user_id, id), eq(memberships.role, "admin"), eq(memberships.status, "active"));

const isAdmin = ({ role, status }: Pick<Member, "role" | "status">): boolean => role === "admin" && status === "active";

/** For `batchIf`: the member is still as it was read, and the change leaves an active admin. Null: the membership ends. */
export function keepsAdmin(ctx: TenantContext, before: Member, after: Pick<Member, "role" | "status"> | null): SQL {
  const same = and(eq(memberships.user_id, before.id), eq(memberships.role, before.role), eq(memberships.status, before.status));
  const left = isAdmin(before) && (after === null || !isAdmin(after)) ? ctx.db.exists(memberships, others(before.id)) : sql`true`;
  return sql`${ctx.db.exists(memberships, same)} and ${left}`;
}

/** Why the change was not made. */
export async function whyNot(ctx: TenantContext, before: Member): Promise<PlatformError> {
  if (isAdmin(before) && (await ctx.db.count(memberships, others(before.id))) === 0) return new PlatformError("last-admin", "This is the tenant's only active admin. Make somebody else an admin first.");
  return new PlatformError("conflict", "Somebody else changed this at the same moment. Read it and try again.");
}
