/**
 * Whose records an actor may see and change: all, those of their team, or their own.
 * @module
 */
import { and, eq, ne, or, sql, type SQL } from "drizzle-orm";
import { columnOf, type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { entities } from "../../../sdk/schema/crm/index.ts";
import { aboutKinds } from "../../../sdk/schema/crm/note/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { can, mustBeAbleTo, scopeOf } from "../../auth/can.ts";
import { isPermission, type Permission } from "../../auth/permissions.ts";
import type { RecordContext } from "./context.ts";
import { mergedAway } from "./merged.ts";

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

/** Notes and activities are as visible as the record that they are about. */
function aboutSeen(asking: Asking, of: AnyEntity): SQL | undefined {
  const { access, db } = asking;
  if (access === null || !of.fields["record_type"] || !of.fields["record_id"]) return undefined;
  const [kindOf, idOf] = [columnOf(recordTable(of), "record_type"), columnOf(recordTable(of), "record_id")];
  const limited = aboutKinds.map((kind) => entities[kind]).filter((one) => scopeOf(access, permissionFor(one, "read")) !== "all");
  return and(...limited.map((one) => or(ne(kindOf, one.kind), db.exists(recordTable(one), and(eq(recordTable(one).id, idOf), within(asking, one))))));
}

/** The records an actor may read: a part of every query; undefined: all of the tenant's. */
export function within(asking: Asking, of: AnyEntity): SQL | undefined {
  const { access } = asking;
  if (access === null) return undefined;
  const scope = scopeOf(access, permissionFor(of, "read"));
  if (scope === "all" && of.fields["record_type"]) return aboutSeen(asking, of);
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
 * Others that a request names in its body.
 * @throws PlatformError `bad-request` for what is not there or not allowed, saying which; `merged`
 */
export async function findNamed(ctx: Asking, of: AnyEntity, ids: readonly string[], verb: Verb): Promise<RecordRow[]> {
  const asked = ids.map((id, index) =>
    findRecord(ctx, of, id, { verb }).catch((error: unknown) => {
      if (!(error instanceof PlatformError) || (error.code !== "not-found" && error.code !== "forbidden")) throw error;
      throw new PlatformError("bad-request", `/ids/${index}: ${error.message}`, [{ pointer: `/ids/${index}`, detail: error.message }]);
    }),
  );
  return Promise.all(asked);
}

/**
 * A record that the actor may do this to. What they may neither see nor change is not there for
 * them; who may change a record sees what it has become, also without the permission to read.
 * @throws PlatformError `not-found`, `forbidden`, `merged`
 */
export async function findRecord(ctx: Asking, of: AnyEntity, id: string, { verb = "read", deleted = false }: { verb?: Verb; deleted?: boolean } = {}): Promise<RecordRow> {
  mustBeAllowed(ctx, of, verb);
  const table = recordTable(of);
  const row = (await ctx.db.first(table, and(eq(table.id, id), aboutSeen(ctx, of)))) as RecordRow | null;
  const away = row !== null && row.deleted_at !== null && !deleted;
  if (away && row.merged_into !== null && mayDo(ctx, of, "read", row)) throw await mergedAway(ctx, of, row);
  if (!row || away || !(mayDo(ctx, of, "read", row) || mayDo(ctx, of, verb, row))) throw notThere(of, id);
  if (ctx.access) mustBeAbleTo(ctx.access, permissionFor(of, verb), ownedBy(of, row));
  return row;
}
