import { and, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { columnOf, recordTable } from "../../../db/schema/record-tables.ts";
import { recordValues } from "../../../db/schema/records.ts";
import { allEntities, entities } from "../../../sdk/schema/crm/index.ts";
import type { TenantContext } from "../context.ts";
import { categoryFields } from "../record-jobs/steps.ts";
import { findRecord } from "./access.ts";
import { recordContext } from "./context.ts";

export const usageView = z.object({ total: z.number().int(), by_entity: z.record(z.string(), z.number().int()).describe("Kind → how many records that are not deleted") });
type UsageView = z.infer<typeof usageView>;

const summed = (counts: readonly (readonly [string, number])[]): UsageView => ({ total: counts.reduce((sum, [, count]) => sum + count, 0), by_entity: Object.fromEntries(counts) });

/** Of all the tenant's records, also those that the caller may not see. @throws PlatformError `not-found` */
export async function tagUsage({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<UsageView> {
  await findRecord(recordContext(ctx), entities.tag, input.id);
  const count = async (kind: string) => [kind, await ctx.db.count(recordValues, and(eq(recordValues.kind, kind), eq(recordValues.field, "tags"), eq(recordValues.value, input.id)))] as const;
  return summed(await Promise.all(allEntities.filter(({ tags }) => tags).map(({ kind }) => count(kind))));
}

/** @throws PlatformError `not-found` */
export async function categoryUsage({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<UsageView> {
  await findRecord(recordContext(ctx), entities.category, input.id);
  const referring = allEntities.flatMap((of) => categoryFields(of).map((name) => ({ kind: of.kind, table: recordTable(of), name })));
  return summed(await Promise.all(referring.map(async ({ kind, table, name }) => [kind, await ctx.db.count(table, and(isNull(table.deleted_at), eq(columnOf(table, name), input.id)))] as const)));
}
