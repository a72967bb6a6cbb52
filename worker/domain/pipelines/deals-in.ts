/**
 * Deals that stand in the way of what they are in.
 * @module
 */
import { and, eq, isNull, not, type SQL } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { columnOf, deals, type RecordRow } from "../../../db/schema/record-tables.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";

export type Container = "stage_id" | "pipeline_id";

function within(field: Container, id: string, but: readonly string[]): SQL | undefined {
  return and(isNull(deals.deleted_at), eq(columnOf(deals, field), id), but.length > 0 ? not(among(deals.id, but)) : undefined);
}

/** @param but deals that leave it in the same transaction */
export function holdsDeals({ db }: { db: TenantDb }, field: Container, id: string, but: readonly string[] = []): SQL {
  return db.exists(deals, within(field, id, but));
}

export async function dealsIn({ db }: { db: TenantDb }, field: Container, id: string, { limit, but = [] }: { limit: number; but?: readonly string[] }): Promise<RecordRow[]> {
  return (await db.select(deals, { where: within(field, id, but), limit })) as RecordRow[];
}
