/**
 * Records in a tenant's archive. Data keys stay where they seal, so sensitive values leave
 * open, as everything else in the file does, and are sealed anew under the keys of the tenant
 * that comes of it. What records are found by is made of them again.
 * @module
 */
import { type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import { recordValues, searchDocuments } from "../../../db/schema/records.ts";
import type { JsonObject } from "../../../db/schema/json.ts";
import type { Statement } from "../../../db/tenant-db.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { indexedValues, isSearched, scopeWords, wordsOf } from "../records/index-values.ts";
import { openValue, sealValue, sensitiveFields } from "../records/sensitive.ts";
import type { Keeper } from "./place.ts";

export async function opened(keeper: Keeper, of: AnyEntity, row: object): Promise<object> {
  const values = await Promise.all(sensitiveFields(of).map(async ([name]) => [name, await openValue(keeper, of, row as RecordRow, name)] as const));
  return { ...row, ...Object.fromEntries(values) };
}

export async function putBack(keeper: Keeper, of: AnyEntity, given: JsonObject): Promise<Statement[]> {
  const { db } = keeper;
  const row = { ...given } as unknown as RecordRow;
  for (const [name] of sensitiveFields(of)) if ((row[name] ?? null) !== null) row[name] = await sealValue(keeper, of, row.id, name, row[name]);
  const table = recordTable(of);
  const inserted = db.insertMany(table, [row]);
  if (row.deleted_at !== null) return [inserted];
  const values = await indexedValues(keeper, of, row);
  return [
    inserted,
    ...(values.length > 0 ? [db.insertMany(recordValues, values.map((value) => ({ ...value, kind: of.kind, record_id: row.id })))] : []),
    ...(isSearched(of) ? [db.insertMany(searchDocuments, [{ kind: of.kind, record_id: row.id, scope: scopeWords(db.tenant, of.kind), ...wordsOf(of, row) }])] : []),
  ];
}
