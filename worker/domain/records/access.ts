/**
 * Whose records an actor may see and change: all, those of their team, or their own.
 * @module
 */
import { and, eq, isNull, or, sql, type SQL } from "drizzle-orm";
import { columnOf, type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { can, mustBeAbleTo, scopeOf } from "../../auth/can.ts";
import { isPermission, type Permission } from "../../auth/permissions.ts";
import type { RecordContext } from "./context.ts";

export type Verb = "read" | "write" | "delete";

type Asking = Pick<RecordContext, "db" | "access">;

export function permissionFor({ permission }: Pick<AnyEntity, "permission">, verb: Verb): Permission {
  const name = `${permission}.${verb}`;
  if (!isPermission(name)) throw new Error(`there is no permission ${name}: worker/auth/permissions.ts has those of the entities`);
  return name;
}

/** As `can` asks. */
const ownedBy = (of: AnyEntity, row: RecordRow) => ({ owner_id: of.owner === null ? null : (row[of.owner] as string | null), team_id: (row["team_id"] ?? null) as string | null });

/** @throws PlatformError `forbidden` when the actor may not do it to any record */
export function mustBeAllowed({ access }: Asking, of: AnyEntity, verb: Verb): void {
  if (access) mustBeAbleTo(access, permissionFor(of, verb));
}

export function mayDo({ access }: Asking, of: AnyEntity, verb: Verb, row: RecordRow): boolean {
  return access === null || can(access, permissionFor(of, verb), ownedBy(of, row));
}

/** The records an actor may read: a part of every query; undefined: all of the tenant's. */
export function within({ access }: Asking, of: AnyEntity): SQL | undefined {
  if (access === null) return undefined;
  const scope = scopeOf(access, permissionFor(of, "read"));
  if (scope === "all") return undefined;
  if (scope === null || access.kind !== "user" || of.owner === null) return sql`false`;
  const table = recordTable(of);
  const own = eq(columnOf(table, of.owner), access.userId);
  return scope === "own" || access.teamId === null || !of.fields["team_id"] ? own : or(own, eq(columnOf(table, "team_id"), access.teamId));
}

export function notThere(of: AnyEntity, id: string): PlatformError {
  return new PlatformError("not-found", `There is no ${of.title.toLowerCase()} ${id}.`);
}

/**
 * A record that the actor may do this to. What they may not even see is not there for them.
 * @throws PlatformError `not-found`, `forbidden`
 */
export async function findRecord(ctx: Asking, of: AnyEntity, id: string, { verb = "read", deleted = false }: { verb?: Verb; deleted?: boolean } = {}): Promise<RecordRow> {
  mustBeAllowed(ctx, of, verb);
  const table = recordTable(of);
  const row = (await ctx.db.first(table, and(eq(table.id, id), deleted ? undefined : isNull(table.deleted_at)))) as RecordRow | null;
  if (!row || !mayDo(ctx, of, "read", row)) throw notThere(of, id);
  if (ctx.access) mustBeAbleTo(ctx.access, permissionFor(of, verb), ownedBy(of, row));
  return row;
}
