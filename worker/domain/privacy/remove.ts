/**
 * A tenant goes: executions, their index, objects, rows, and the people that no other tenant
 * knows. Each function does one slice; the tenant is suspended by then.
 * @module
 */
import { asc, getTableName, ne, sql } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { batch } from "../../../db/batch.ts";
import { peopleOf, removeAccountsWithoutTenant, removeIdentitiesOf, removeTenant } from "../../../db/personal-data.ts";
import { auditEvents } from "../../../db/schema/audit-events.ts";
import { hookDeliveries } from "../../../db/schema/hook-deliveries.ts";
import { privacyJobs } from "../../../db/schema/privacy.ts";
import { importRows } from "../../../db/schema/imports.ts";
import { recordTable } from "../../../db/schema/record-tables.ts";
import { recordTransitions, recordValues, searchDocuments } from "../../../db/schema/records.ts";
import { workflows } from "../../../db/schema/workflows.ts";
import type { TenantTable } from "../../../db/tenant-db.ts";
import { allEntities } from "../../../sdk/schema/crm/index.ts";
import { realtimeOf, schedulerOf } from "../../events/objects.ts";
import { unwrap } from "../reply.ts";
import { deletePrefix } from "./blobs.ts";
import type { Slice, Work } from "./job.ts";
import { attachmentPrefix } from "../emails/attachments.ts";
import { importPrefix } from "../imports/prefix.ts";
import { exportPrefix, places, prefixesOf } from "./places.ts";

const executionsAtOnce = 50;
const rowsAtOnce = 1_000;
/** Records, and what goes with them. */
const many: readonly (readonly [string, TenantTable])[] = [importRows, recordValues, searchDocuments, recordTransitions, ...allEntities.map(recordTable)].map((table) => [getTableName(table), table]);

/** From the top each time: what is done is not in the list any more. */
export async function erasedExecutions({ objects, db }: Work): Promise<Slice> {
  const { tenant } = db;
  const { data } = await unwrap(objects.hub(tenant).list({ limit: executionsAtOnce }));
  for (const { id } of data) await objects.execution(tenant, id).erase(tenant, id);
  await objects.hub(tenant).forget(data.map(({ id }) => id));
  return { cursor: data.length === 0 ? null : "more", calls: executionsAtOnce, counts: { executions: data.length } };
}

export async function erasedIndex({ env, objects, db }: Work): Promise<Slice> {
  await objects.hub(db.tenant).erase();
  await schedulerOf(env, db.tenant).erase();
  await realtimeOf(env, db.tenant).erase();
  for (const { id, manifest } of await db.select(workflows)) if (manifest.flow) await objects.flow(db.tenant, id).erase();
  return { cursor: null, calls: 1 };
}

export async function erasedObjects({ env, db, cursor }: Work): Promise<Slice> {
  const prefixes = [...prefixesOf(db.tenant), exportPrefix(db.tenant), attachmentPrefix(db.tenant), importPrefix(db.tenant)];
  const index = Number(cursor ?? 0);
  const prefix = prefixes[index];
  if (prefix === undefined) return { cursor: null, calls: 0 };
  const gone = await deletePrefix(env, prefix, 500);
  return { cursor: String(gone ? index + 1 : index), calls: 2 };
}

/** The tables that grow without end first, bit by bit; then everything in one transaction. */
export async function erasedRows({ env, db }: Work): Promise<Slice> {
  const counts: Record<string, number> = {};
  for (const [name, table] of [["audit_events", auditEvents], ["hook_deliveries", hookDeliveries]] as const) {
    const rows = await db.select(table, { orderBy: asc(table.id), limit: rowsAtOnce });
    if (rows.length > 0) counts[name] = await db.remove(table, among(table.id, rows.map(({ id }) => id)));
    if (rows.length === rowsAtOnce) return { cursor: "more", calls: 4, counts };
  }
  for (const [name, table] of many) {
    const gone = await db.remove(table, sql`${table}.rowid in (select rowid from ${table} where ${table.tenant_id} = ${db.tenant} limit ${rowsAtOnce})`);
    if (gone > 0) counts[name] = gone;
    if (gone === rowsAtOnce) return { cursor: "more", calls: 8 + many.length, counts };
  }
  const people = await peopleOf(env.DB, db.tenant);
  const tables = places.flatMap(({ name, table }) => (table && name !== "privacy_jobs" ? [{ name, table }] : [])).toReversed();
  for (const { name, table } of tables) counts[name] = (counts[name] ?? 0) + (await db.count(table));
  await batch(env.DB, [
    removeIdentitiesOf(env.DB, db.tenant, null),
    ...tables.map(({ table }) => db.delete(table, undefined)),
    // What stays is the receipt, and those of earlier times.
    db.delete(privacyJobs, ne(privacyJobs.kind, "erase_tenant")),
    ...removeAccountsWithoutTenant(env.DB, people),
    removeTenant(env.DB, db.tenant),
  ]);
  return { cursor: null, calls: 20, counts };
}
