/**
 * How many deals stand in each stage of a pipeline, and what they are worth: a sum over groups,
 * which tenantDb has not. The tenant is named here.
 * @module
 */
import { and, count, eq, isNull, type SQL, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { columnOf, deals } from "./schema/record-tables.ts";

const [pipelineId, stageId, currency, value] = [columnOf(deals, "pipeline_id"), columnOf(deals, "stage_id"), columnOf(deals, "currency"), columnOf(deals, "value")];

export interface BoardTotal {
  stage_id: string;
  currency: string;
  deals: number;
  /** Minor units; beyond 2^53 only about. */
  amount: number;
}

export async function boardTotals(d1: D1Database, tenant: string, pipeline: string, where: SQL | undefined): Promise<BoardTotal[]> {
  const rows = await boardTotalsQuery(d1, tenant, pipeline, where);
  return rows.map((row) => ({ ...row, stage_id: String(row.stage_id), currency: String(row.currency) }));
}

/** Apart, so that a test can look at how it is carried out. */
export function boardTotalsQuery(d1: D1Database, tenant: string, pipeline: string, where: SQL | undefined) {
  return drizzle(d1)
    .select({ stage_id: stageId, currency, deals: count(), amount: sql<number>`total(${value})` })
    .from(deals)
    .where(and(eq(deals.tenant_id, tenant), eq(pipelineId, pipeline), isNull(deals.deleted_at), where))
    .groupBy(stageId, currency);
}
