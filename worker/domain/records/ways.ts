/**
 * How the records of a list are found. Of several conditions and an order SQLite can follow one
 * index; which one is right depends on how many records fit, and it does not know that: for it
 * every tenant has ten records. So it is counted, up to a bound, and the way is chosen here.
 *
 * Few fit a condition: those are taken, and the rest of the list is worked out on them. Many
 * fit each: then so many fit that whoever goes along the list's order soon has a page.
 * @module
 */
import { and, eq, isNull, sql, type SQL } from "drizzle-orm";
import { countEachUpTo } from "../../../db/bounded-counts.ts";
import { recordTable } from "../../../db/schema/record-tables.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import type { RecordContext } from "./context.ts";

/** What finds records by itself, with an index. */
export interface Way {
  /** A query of ids. */
  ids: SQL;
  /** Rows to count in its place, where that is less work. */
  counted?: SQL;
  /** The column whose index it is. */
  field: string | null;
  /** Comes in the order of ids. */
  inOrder: boolean;
  /** The same condition where it finds nothing but is asked of records at hand; left out: it can be asked as it is. */
  check?: SQL;
  /** Finds others too: the condition is asked besides. */
  loose?: true;
  /** Full-text: the expression. */
  words?: string;
}

/** One of the conditions of a list that hold together. */
export interface Part {
  where: SQL;
  way: Way | null;
  /** The one field that it is about. */
  about?: string;
}

/** So many records are worked through rather than going along the order; more when conditions are several, for then fewer fit all of them. A record read costs some microseconds, either way. */
const few = { alone: 6_000, together: 15_000 } as const;

export function wayByColumn(tenant: string, of: AnyEntity, field: string, where: SQL, inOrder: boolean): Way {
  const table = recordTable(of);
  return { ids: sql`select ${table.id} from ${table} where ${and(eq(table.tenant_id, tenant), isNull(table.deleted_at), where)}`, field, inOrder, ...(inOrder ? {} : { check: sql`+(${where})` }) };
}

/** Of alternatives, when each has one. */
export function waysOfAll(branches: readonly (readonly Part[])[]): Way | null {
  const ways = branches.map((parts) => parts.find(({ way }) => way?.inOrder)?.way ?? parts.find(({ way }) => way)?.way);
  const known = ways.flatMap((way) => way ?? []);
  if (known.length === 0 || known.length < ways.length) return null;
  // Each by itself: a bound on the whole then bounds each.
  return { ids: sql.join(known.map(({ ids }) => ids), sql` union all `), field: null, inOrder: false, loose: true };
}

export interface Route {
  where: SQL | undefined;
  /** `where` begins with ids: the tenant's index is not to be followed. */
  found: boolean;
  /** Words that hold besides `where`, and that many records have: the list is gone along, and they are looked for a stretch at a time. */
  words: string | null;
}

/** @param sort the column that the list is in the order of */
export async function routeOf({ env }: Pick<RecordContext, "env">, of: AnyEntity, fixed: SQL | undefined, parts: readonly Part[], sort: string): Promise<Route> {
  const able = parts.flatMap((part) => (part.way ? [{ part, way: part.way }] : []));
  const [first] = able;
  const asked = (but: Part | null, skipped: Part | null = null) => and(fixed, ...parts.filter((part) => part !== but && part !== skipped).map(({ where, way }) => (way?.field === sort ? where : (way?.check ?? where))));
  // The index of the one condition has the order of the list.
  if (!first || (able.length === 1 && (first.way.field === sort || (sort === "id" && first.way.inOrder)))) return { where: and(fixed, ...parts.map(({ where }) => where)), found: false, words: null };
  const bound = able.length > 1 ? few.together : few.alone;
  const counts = await countEachUpTo(env.DB, able.map(({ way }) => way.counted ?? way.ids), bound + 1);
  const least = Math.min(...counts);
  const begin = able[counts.indexOf(least)] ?? first;
  if (least <= bound) return { where: and(sql`${recordTable(of).id} in (${begin.way.ids})`, asked(begin.way.loose ? null : begin.part)), found: true, words: null };
  const words = sort === "id" ? (able.find(({ way }) => way.words !== undefined) ?? null) : null;
  return { where: asked(null, words?.part), found: false, words: words?.way.words ?? null };
}
