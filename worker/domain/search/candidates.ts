/**
 * Records that have the words asked for: the newest of them, a bounded number. The index hands
 * them over in the order of their making, so that a word that all of a tenant's records have
 * costs what a rare one does.
 * @module
 */
import { and, desc, eq, inArray, isNull, or, sql, type SQL } from "drizzle-orm";
import { recordTable } from "../../../db/schema/record-tables.ts";
import { searchDocuments } from "../../../db/schema/records.ts";
import type { Selection } from "../../../db/tenant-db.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { can } from "../../auth/can.ts";
import { isMasked } from "../../auth/mask-fields.ts";
import { permissionFor, within } from "../records/access.ts";
import type { RecordContext } from "../records/context.ts";
import { isSearched, scopeWords } from "../records/index-values.ts";
import type { Document } from "./rank.ts";

type Ctx = Pick<RecordContext, "db" | "access">;
export type Columns = "title" | "title body";

/** How many are ranked: of titles that begin so, of titles, of all. */
export const mostRanked = { begins: 50, title: 100, all: 100 } as const;
/** Of records that may be other people's, so many are looked at to find one's own. */
export const mostLookedAt = 10_000;

/** What the actor may find records of a kind by; null: by nothing. What is masked for them cannot be searched. */
export function columnsOf({ access }: Ctx, of: AnyEntity): Columns | null {
  if (!isSearched(of) || (access !== null && !can(access, permissionFor(of, "read")))) return null;
  const masked = (where: "title" | "body") => access !== null && Object.entries(of.fields).some(([name, { search }]) => search === where && isMasked(access, of.path, name));
  if (masked("title")) return null;
  if (!masked("body")) return "title body";
  return Object.values(of.fields).some(({ search }) => search === "title") ? "title" : null;
}

/** The last word is one that goes on: it may be unfinished. As the others may be names cut short, they may too. */
const terms = (words: readonly string[]): string => words.map((word) => `"${word}"*`).join(" AND ");

function scopeOf(tenant: string, kinds: readonly AnyEntity[]): string {
  const [tenantWord] = scopeWords(tenant, "").split(" ");
  return `scope : ("${tenantWord}") AND scope : (${kinds.map(({ kind }) => `"k${kind}"`).join(" OR ")})`;
}

/** @returns each document once; `complete`: there are no others */
export async function candidates(ctx: Ctx, kinds: ReadonlyMap<AnyEntity, Columns>, words: readonly string[]): Promise<{ documents: Document[]; complete: boolean }> {
  const byTitle = [...kinds.keys()];
  const byAll = byTitle.filter((of) => kinds.get(of) === "title body");
  const asked: [AnyEntity[], string, number][] = [
    [byTitle, `{title} : ^ "${words.join(" ")}" *`, mostRanked.begins],
    [byTitle, `{title} : (${terms(words)})`, mostRanked.title],
    [byAll, `{title body} : (${terms(words)})`, mostRanked.all],
  ];
  const found = await Promise.all(asked.map(([of, expression, limit]) => (of.length === 0 ? [] : ctx.db.select(searchDocuments, candidateQuery(ctx, of, expression, limit)))));
  const documents = new Map(found.flat().map((one) => [one.id, one]));
  return { documents: [...documents.values()], complete: found.every((rows, index) => rows.length < (asked[index]?.[2] ?? 0)) };
}

export function candidateQuery(ctx: Ctx, kinds: readonly AnyEntity[], expression: string, limit: number): Selection & { orderBy: SQL; limit: number } {
  const restricted = kinds.filter((of) => within(ctx, of) !== undefined);
  const open = kinds.filter((of) => !restricted.includes(of)).map(({ kind }) => kind);
  const rows = sql`(select rowid from search_index where search_index match ${`${scopeOf(ctx.db.tenant, kinds)} AND ${expression}`} order by rowid desc limit ${restricted.length > 0 ? mostLookedAt : limit})`;
  const mine = or(open.length > 0 ? inArray(searchDocuments.kind, open) : undefined, ...restricted.map((of) => and(eq(searchDocuments.kind, of.kind), oneOf(ctx, of))));
  return { where: and(sql`${searchDocuments.id} in ${rows}`, restricted.length > 0 ? mine : undefined), orderBy: desc(searchDocuments.id), limit, found: true };
}

function oneOf(ctx: Ctx, of: AnyEntity): SQL {
  const table = recordTable(of);
  return ctx.db.exists(table, and(sql`${table.id} = ${searchDocuments.record_id}`, isNull(table.deleted_at), within(ctx, of)));
}
