/**
 * Words in records: a search of the full-text index, which names tenant and kind, so that it
 * never meets the words of another tenant.
 * @module
 */
import { eq, and, sql, type SQL } from "drizzle-orm";
import { recordTable } from "../../../db/schema/record-tables.ts";
import { searchDocuments } from "../../../db/schema/records.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import type { RecordContext } from "./context.ts";
import { scopeWords } from "./index-values.ts";

/** Every word has to be there; the index folds accents and case. Quotes make anything a word. */
export function matchExpression(tenant: string, kinds: readonly string[], words: string): string | null {
  const asked = words
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")
    .slice(0, 10)
    .map((word) => `"${word}"*`);
  if (asked.length === 0) return null;
  const [tenantWord] = scopeWords(tenant, "").split(" ");
  const scope = kinds.map((kind) => `"k${kind}"`).join(" OR ");
  return `scope : ("${tenantWord}") AND scope : (${scope}) AND {title body} : (${asked.join(" AND ")})`;
}

/** The records of a kind that have these words. */
export function matching({ db }: Pick<RecordContext, "db">, of: AnyEntity, words: string): SQL {
  const expression = matchExpression(db.tenant, [of.kind], words);
  if (expression === null) return sql`false`;
  const mine = and(eq(searchDocuments.tenant_id, db.tenant), eq(searchDocuments.kind, of.kind));
  return sql`${recordTable(of).id} in (select ${searchDocuments.record_id} from ${searchDocuments} where ${mine} and ${searchDocuments.id} in (select rowid from search_index where search_index match ${expression}))`;
}
