/**
 * Groups of records that may be the same. For each field in which records may be alike, the
 * surest first, an index is read in its order, a bounded stretch at a time: a page costs the
 * same however many records there are, and may be empty while more follow.
 * @module
 */
import { and, asc, gt, isNull, lte, sql } from "drizzle-orm";
import { z } from "zod";
import { among } from "../../../db/among.ts";
import { type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { allEntities } from "../../../sdk/schema/crm/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { toBase64Url, utf8 } from "../../auth/bytes.ts";
import { can } from "../../auth/can.ts";
import { pagination, readCursor } from "../page.ts";
import { permissionFor, within } from "../records/access.ts";
import type { RecordContext } from "../records/context.ts";
import { brief, briefRecord } from "./brief.ts";
import { distinctAmong } from "./distinct.ts";
import { keysOf, reasonsFor, scoreOf, sharedReasons, sourceOf } from "./reasons.ts";

/** Kinds that may have duplicates. */
export const comparable: readonly AnyEntity[] = allEntities.filter(({ alike }) => alike.length > 0);
export const comparedEntity = z.enum(comparable.map(({ path }) => path) as [string, ...string[]]).transform((path) => comparable.find((of) => of.path === path) as AnyEntity);

export const duplicatesQuery = z.object({
  entity: comparedEntity,
  cursor: z.string().max(1200).optional().describe("`next_cursor` of the page before; a page may be empty and not the last"),
  limit: z.coerce.number().int().min(1).max(50).default(20).describe("Groups per page"),
});

export const duplicateGroups = z.object({
  data: z.array(z.object({ reasons: z.array(z.string()).describe("Fields in which they are all alike"), score: z.number().int().describe("0 to 100: how likely they are the same"), records: z.array(briefRecord).describe("The oldest first") })),
  pagination,
});

/** Values of the index that a page looks at. */
const stretch = 20_000;
/** Records of the groups of a page. */
const mostRecords = 1000;

interface Place {
  reason: number;
  after: string;
}

/** What the actor may not read is in no group. */
export async function listDuplicates({ ctx, input }: { ctx: RecordContext; input: z.output<typeof duplicatesQuery> }): Promise<z.input<typeof duplicateGroups>> {
  const of = input.entity;
  const reasons = ctx.access !== null && !can(ctx.access, permissionFor(of, "read")) ? [] : reasonsFor(ctx, of);
  const place = placeOf(input.cursor);
  const by = reasons[place.reason];
  if (by === undefined) return { data: [], pagination: { next_cursor: null } };
  const { groups, after } = await read(ctx, of, by, place.after, input.limit);
  const next = after === null ? { reason: place.reason + 1, after: "" } : { ...place, after };
  return { data: await shown(ctx, of, by, groups), pagination: { next_cursor: next.reason < reasons.length ? toBase64Url(utf8(JSON.stringify([next.reason, next.after]))) : null } };
}

/** @returns ids of records that have the same value; where to go on, null at the end */
async function read({ db }: RecordContext, of: AnyEntity, by: string, after: string, limit: number): Promise<{ groups: string[][]; after: string | null }> {
  const { table, value, where } = sourceOf(of, by);
  const beyond = and(where, gt(value, after));
  const name = value.name;
  const [last] = (await db.select(table, { where: beyond, orderBy: asc(value), limit: 1, offset: stretch - 1 })) as Record<string, unknown>[];
  const end = last ? String(last[name]) : null;
  const looked = and(beyond, end === null ? undefined : lte(value, end));
  const several = sql`${value} in (select ${value} from ${table} where ${table.tenant_id} = ${db.tenant} and ${looked} group by ${value} having count(*) > 1 order by ${value} limit ${limit})`;
  const rows = (await db.select(table, { where: and(where, several), orderBy: asc(value), limit: mostRecords })) as Record<string, unknown>[];
  const groups = [...Map.groupBy(rows, (row) => String(row[name]))];
  // The last one may be longer than what was read of it.
  if (rows.length === mostRecords && groups.length > 1) groups.pop();
  const full = groups.length === limit || rows.length === mostRecords;
  return { groups: groups.map(([, members]) => members.map((row) => String(row["record_id"] ?? row["id"]))), after: full ? (groups.at(-1)?.[0] ?? end) : end };
}

async function shown(ctx: RecordContext, of: AnyEntity, by: string, groups: readonly string[][]): Promise<z.input<typeof duplicateGroups>["data"]> {
  const table = recordTable(of);
  const ids = groups.flat();
  if (ids.length === 0) return [];
  const [rows, apart] = await Promise.all([ctx.db.select(table, { where: and(among(table.id, ids), isNull(table.deleted_at), within(ctx, of)), orderBy: asc(table.id) }) as Promise<RecordRow[]>, distinctAmong(ctx, of, ids)]);
  const keys = await keysOf(ctx, of, rows);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return groups
    .flatMap((group) => connected(group.flatMap((id) => byId.get(id) ?? []), (one, other) => !apart(one.id, other.id)))
    .flatMap((members) => {
      const theirs = members.map(({ id }) => keys.get(id) ?? {});
      const reasons = sharedReasons(theirs);
      // Alike in something surer too: they are a group there.
      return reasons[0] === by ? [{ reasons, score: scoreOf(of, theirs[0] ?? {}, reasons), records: members.map((row) => brief(ctx, of, row)) }] : [];
    });
}

/** Parts of two or more that hang together. */
function connected<T extends { id: string }>(all: readonly T[], linked: (one: T, other: T) => boolean): T[][] {
  const left = new Set(all);
  const parts: T[][] = [];
  for (const first of all) {
    if (!left.delete(first)) continue;
    const part = [first];
    for (const one of part) for (const other of left) if (linked(one, other) && left.delete(other)) part.push(other);
    if (part.length > 1) parts.push(part.sort((one, other) => (one.id < other.id ? -1 : 1)));
  }
  return parts;
}

function placeOf(cursor: string | undefined): Place {
  const text = readCursor(cursor);
  if (text === null) return { reason: 0, after: "" };
  try {
    const [reason, after] = z.tuple([z.number().int().min(0), z.string()]).parse(JSON.parse(text));
    return { reason, after };
  } catch {
    throw new PlatformError("bad-request", "The cursor is not one this API gave.", [{ pointer: "/query/cursor", detail: "not a cursor" }]);
  }
}
