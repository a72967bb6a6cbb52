/**
 * Whose records a report counts: those that its reader may read, of the owners asked for.
 * @module
 */
import { eq } from "drizzle-orm";
import { memberships } from "../../../db/schema/memberships.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { scopeOf } from "../../auth/can.ts";
import { mustBeAllowed, permissionFor } from "../records/access.ts";
import { type RecordContext, userOf } from "../records/context.ts";

export interface Asked {
  owner_id?: string | undefined;
  team_id?: string | undefined;
}

/**
 * Accounts; null: all there are, and what belongs to nobody. A team's records count by their
 * owners: those of the team's members.
 * @throws PlatformError `forbidden`
 */
export async function ownersOf(ctx: RecordContext, of: AnyEntity, asked: Asked): Promise<string[] | null> {
  mustBeAllowed(ctx, of, "read");
  const owner = asked.owner_id === "@me" ? (userOf(ctx) ?? "@me") : asked.owner_id;
  const lists = [await allowed(ctx, of), owner === undefined ? null : [owner], asked.team_id === undefined ? null : await membersOf(ctx, asked.team_id)].filter((list) => list !== null);
  const [first, ...others] = lists;
  return first === undefined ? null : [...new Set(first)].filter((one) => others.every((list) => list.includes(one)));
}

async function allowed(ctx: RecordContext, of: AnyEntity): Promise<string[] | null> {
  const { access } = ctx;
  if (access === null) return null;
  const scope = scopeOf(access, permissionFor(of, "read"));
  if (scope === "all") return null;
  if (scope === null || access.kind !== "user") return [];
  return scope === "own" || access.teamId === null ? [access.userId] : [access.userId, ...(await membersOf(ctx, access.teamId))];
}

async function membersOf({ db }: Pick<RecordContext, "db">, team: string): Promise<string[]> {
  return (await db.select(memberships, { where: eq(memberships.team_id, team) })).map(({ user_id }) => user_id);
}

/** The same for parts of a report, which are left out where the reader may not see them; undefined. */
export async function ownersIfAllowed(ctx: RecordContext, of: AnyEntity, asked: Asked): Promise<string[] | null | undefined> {
  try {
    return await ownersOf(ctx, of, asked);
  } catch (error) {
    if (error instanceof PlatformError && error.code === "forbidden") return undefined;
    throw error;
  }
}
