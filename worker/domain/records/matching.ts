/**
 * Words in records: a search of the full-text index, which names tenant and kind, so that it
 * never meets the words of another tenant.
 * @module
 */
import { sql, type SQL } from "drizzle-orm";
import { recordTable } from "../../../db/schema/record-tables.ts";
import { searchDocuments } from "../../../db/schema/records.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { columnsOf, type Columns } from "../search/candidates.ts";
import type { RecordContext } from "./context.ts";
import type { Part } from "./ways.ts";
import { scopeWords } from "./index-values.ts";

/** Every word has to be there; the index folds accents and case. Quotes make anything a word. */
export function matchExpression(tenant: string, kinds: readonly string[], words: string, columns: Columns = "title body"): string | null {
  const asked = words
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")
    .slice(0, 10)
    .map((word) => `"${word}"*`);
  if (asked.length === 0) return null;
  const [tenantWord] = scopeWords(tenant, "").split(" ");
  const scope = kinds.map((kind) => `"k${kind}"`).join(" OR ");
  return `scope : ("${tenantWord}") AND scope : (${scope}) AND {${columns}} : (${asked.join(" AND ")})`;
}

/** The records of a kind that have these words, where the actor may look for them: who sees some of the text masked searches titles alone. */
export function matching(ctx: Pick<RecordContext, "db" | "access">, of: AnyEntity, text: string): Part {
  const { db } = ctx;
  const columns = columnsOf(ctx, of);
  const words = columns === null ? null : matchExpression(db.tenant, [of.kind], text, columns);
  if (words === null) return { where: sql`false`, way: null };
  const { id } = recordTable(of);
  const counted = sql`select rowid from search_index where search_index match ${words}`;
  // The plus: SQLite would take the tenant's index for the better one, and read all of its documents.
  const ids = sql`select ${searchDocuments.record_id} from ${searchDocuments} where +${searchDocuments.tenant_id} = ${db.tenant} and +${searchDocuments.kind} = ${of.kind} and ${searchDocuments.id} in (${counted})`;
  const check = db.exists(searchDocuments, sql`${searchDocuments.kind} = ${of.kind} and ${searchDocuments.record_id} = ${id} and +${searchDocuments.id} in (${counted})`);
  return { where: sql`${id} in (${ids})`, way: { ids, counted, field: null, inOrder: false, check, words } };
}

/** Those of some records that have the words: the index is asked for the stretch in which they stand. @param ids a query */
export function havingWords({ db }: Pick<RecordContext, "db">, of: AnyEntity, words: string, ids: SQL): SQL {
  const theirs = sql`select ${searchDocuments.id} as id, ${searchDocuments.record_id} as record_id from ${searchDocuments} where ${searchDocuments.tenant_id} = ${db.tenant} and ${searchDocuments.kind} = ${of.kind} and ${searchDocuments.record_id} in (${ids})`;
  return sql`${recordTable(of).id} in (with theirs as materialized (${theirs}) select record_id from theirs where id in (select rowid from search_index where search_index match ${words} and rowid between (select min(id) from theirs) and (select max(id) from theirs)))`;
}
