/**
 * The circle of people that records are given to, or that are told something.
 * @module
 */
import { and, eq, or, type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { among } from "../../../db/among.ts";
import { listMembers, type Member } from "../../../db/members.ts";
import { memberships } from "../../../db/schema/memberships.ts";
import { roles } from "../../../db/schema/roles.ts";
import type { among as circle } from "../../../sdk/schema/actions/people.ts";
import { mostCandidates } from "../../../sdk/schema/actions/people.ts";
import type { RecordContext } from "../records/context.ts";

export type Circle = z.output<typeof circle>;

/** Those who fit all that is named, the longest there first. */
export function membersIn({ env, tenant }: Pick<RecordContext, "env" | "tenant">, { users, role, team_id }: Circle, { status = "active", limit = mostCandidates, where }: { status?: "active" | "disabled"; limit?: number; where?: SQL | undefined } = {}): Promise<Member[]> {
  return listMembers(env.DB, tenant, {
    where: and(
      where,
      eq(memberships.status, status),
      users === undefined ? undefined : among(memberships.user_id, users),
      role === undefined ? undefined : or(eq(memberships.role, role), sql`${memberships.role} in (select ${roles.id} from ${roles} where ${roles.tenant_id} = ${tenant} and lower(${roles.name}) = lower(${role}))`),
      team_id === undefined ? undefined : eq(memberships.team_id, team_id),
    ),
    limit,
  });
}

/** The same circle under the same name, however it was written. */
export function nameOf({ users, role, team_id }: Circle): string {
  return [users && `users=${[...new Set(users)].sort().join(",")}`, role && `role=${role}`, team_id && `team=${team_id}`].filter(Boolean).join(" ");
}
