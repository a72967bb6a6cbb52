/**
 * The roll-ups of one tenant, worked out anew from its history and its records: what triggers
 * keep, compared and put right. Set-based statements over tables of their own, which tenantDb
 * has not got; the tenant is named by the caller, who has it from an actor.
 * @module
 */
import { getTableColumns, sql, type SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { recordTransitions } from "./schema/records.ts";
import type { TenantTable } from "./tenant-db.ts";
import { recordCurrent, recordRollups } from "./schema/reports.ts";

const columnsOf = (table: TenantTable): SQL => sql.raw(Object.keys(getTableColumns(table)).join(", "));

/** As the triggers count. */
function rollupsAnew(tenant: string, kind: string, field: string): SQL {
  return sql`select t.tenant_id, t.kind, t.field, views.column1, sizes.column1, iif(views.column1 = 'all', '', coalesce(iif(views.column1 = 'owner', t.owner_id, t.source), '')),
    iif(sizes.column1 = 'quarter', t.at - t.at % 900000, iif(sizes.column1 = 'day', t.at - t.at % 86400000, unixepoch(t.at / 1000, 'unixepoch', 'start of month') * 1000)), iif(views.column1 = 'all', '', coalesce(t.source, '')),
    coalesce(t.from_value, iif(t.since is null, '', '~')), coalesce(t.to_value, ''), coalesce(t.group_id, ''), coalesce(t.currency, ''), count(*), count(t.since), sum(coalesce(t.at - t.since, 0)), sum(coalesce(t.amount, 0))
    from ${recordTransitions} as t cross join (values ('all'), ('owner'), ('source')) as views cross join (values ('quarter'), ('day'), ('month')) as sizes
    where t.tenant_id = ${tenant} and t.kind = ${kind} and t.field = ${field} group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12`;
}

const nothing = sql`''`;
const current: Readonly<Record<string, { table: string; columns: SQL; amount: SQL }>> = {
  lead: { table: "leads", columns: sql`status, coalesce(owner_id, ''), source, ${nothing}, ${nothing}, ${nothing}, ${nothing}`, amount: sql`0` },
  deal: { table: "deals", columns: sql`status, coalesce(owner_id, ''), channel, coalesce(pipeline_id, ''), coalesce(stage_id, ''), currency, iif(status = 'open', coalesce(substr(expected_close, 1, 7), ''), '')`, amount: sql`value` },
  ticket: { table: "tickets", columns: sql`status, coalesce(assignee_id, ''), channel, priority, ${nothing}, ${nothing}, ${nothing}`, amount: sql`0` },
  task: { table: "tasks", columns: sql`status, coalesce(assignee_id, ''), type, priority, ${nothing}, ${nothing}, ${nothing}`, amount: sql`0` },
};

function currentAnew(tenant: string, kind: string): SQL {
  const { table, columns, amount } = current[kind] ?? { table: "", columns: nothing, amount: nothing };
  return sql`select tenant_id, ${kind}, ${columns}, count(*), sum(${amount}) from ${sql.identifier(table)} where tenant_id = ${tenant} and deleted_at is null group by 1, 2, 3, 4, 5, 6, 7, 8, 9`;
}

interface Part {
  /** What is checked, as reports say it. */
  name: string;
  table: TenantTable;
  mine: SQL;
  anew: SQL;
}

function partsOf(tenant: string, tracked: readonly { kind: string; field: string }[]): Part[] {
  return [
    ...tracked.map(({ kind, field }) => ({ name: `${kind}.${field}`, table: recordRollups, mine: sql`tenant_id = ${tenant} and kind = ${kind} and field = ${field}`, anew: rollupsAnew(tenant, kind, field) })),
    ...Object.keys(current).map((kind) => ({ name: kind, table: recordCurrent, mine: sql`tenant_id = ${tenant} and kind = ${kind}`, anew: currentAnew(tenant, kind) })),
  ];
}

/**
 * Sums that differ from what history says, by part; those without a difference are left out.
 * @param tracked every field whose changes are history
 */
export async function differingRollups(d1: D1Database, tenant: string, tracked: readonly { kind: string; field: string }[]): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const { name, table, mine, anew } of partsOf(tenant, tracked)) {
    const kept = sql`select ${columnsOf(table)} from ${table} where ${mine}`;
    const [row] = await drizzle(d1).all<{ n: number }>(sql`select (select count(*) from (select * from (${kept}) except select * from (${anew}))) + (select count(*) from (select * from (${anew}) except select * from (${kept}))) as n`);
    if (row && row.n > 0) found[name] = row.n;
  }
  return found;
}

/** Each part in a transaction of its own: readers see the one or the other. */
export async function repairRollups(d1: D1Database, tenant: string, tracked: readonly { kind: string; field: string }[]): Promise<void> {
  const db = drizzle(d1);
  for (const { table, mine, anew } of partsOf(tenant, tracked)) await db.batch([db.delete(table).where(mine), db.insert(table).select(anew)]);
}
