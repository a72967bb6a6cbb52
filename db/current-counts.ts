/**
 * How many records there are now of a kind, from the sums that triggers keep for reports
 * (docs/reports.md): for counts by what those sums tell apart, instead of counting a million
 * records. The tenant is named by the caller.
 * @module
 */
import { and, eq, sql, type SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { recordCurrent } from "./schema/reports.ts";

/** Columns of records, by kind, and where the sums have them. Nobody is an empty text there. */
const kept: Readonly<Record<string, Readonly<Record<string, keyof typeof recordCurrent.$inferSelect>>>> = {
  lead: { status: "status", owner_id: "owner_id", source: "source" },
  deal: { status: "status", owner_id: "owner_id", channel: "source", pipeline_id: "group_id", stage_id: "stage_id", currency: "currency" },
  ticket: { status: "status", assignee_id: "owner_id", channel: "source", priority: "group_id" },
  task: { status: "status", assignee_id: "owner_id", type: "source", priority: "group_id" },
};

/** Whether the sums tell records apart by these columns. */
export const isCounted = (kind: string, columns: readonly string[]): boolean => kept[kind] !== undefined && columns.every((name) => kept[kind]?.[name] !== undefined);

/** @param table the name of the records' table; @param where over those columns of it alone */
export async function countNow(d1: D1Database, tenant: string, { kind, table }: { kind: string; table: string }, where: SQL | undefined): Promise<number> {
  const columns = Object.entries(kept[kind] ?? {}).map(([name, column]) => sql`nullif(${recordCurrent[column]}, '') as ${sql.identifier(name)}`);
  const sums = sql`select ${sql.join([...columns, sql`${recordCurrent.count} as rows`], sql`, `)} from ${recordCurrent} where ${and(eq(recordCurrent.tenant_id, tenant), eq(recordCurrent.kind, kind))}`;
  const [row] = await drizzle(d1).all<{ n: number }>(sql`select coalesce(sum(rows), 0) as n from (${sums}) as ${sql.identifier(table)} where ${where ?? sql`true`}`);
  return row?.n ?? 0;
}
