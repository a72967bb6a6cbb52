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
export function matching(ctx: Pick<RecordContext, "db" | "access">, of: AnyEntity, words: string): SQL {
  const { db } = ctx;
  const columns = columnsOf(ctx, of);
  const expression = columns === null ? null : matchExpression(db.tenant, [of.kind], words, columns);
  if (expression === null) return sql`false`;
  // The plus: SQLite would take the tenant's index for the better one, and read all of its documents.
  const mine = sql`+${searchDocuments.tenant_id} = ${db.tenant} and +${searchDocuments.kind} = ${of.kind}`;
  return sql`${recordTable(of).id} in (select ${searchDocuments.record_id} from ${searchDocuments} where ${mine} and ${searchDocuments.id} in (select rowid from search_index where search_index match ${expression}))`;
}
