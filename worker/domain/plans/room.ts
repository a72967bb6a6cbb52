/**
 * Whether the tenant's plan has room for one more of what it limits by number.
 * @module
 */
import { sql, type SQL } from "drizzle-orm";
import { type Counted, countedBy, readCounts } from "../../../db/tenant-counts.ts";
import type { Statement } from "../../../db/tenant-db.ts";
import { findTenant } from "../../../db/tenants.ts";
import { limitsOf, type PlanLimits } from "../../auth/plans.ts";
import type { BaseContext, TenantContext } from "../context.ts";
import { planLimit } from "./refusal.ts";

export async function limitsOfTenant({ env }: Pick<BaseContext, "env">, tenant: string): Promise<PlanLimits> {
  const row = await findTenant(env.DB, tenant);
  if (!row) throw new Error(`there is no tenant ${tenant}`);
  return limitsOf(row);
}

/**
 * The batch of a change that adds to what the plan limits. The count is part of the
 * transaction: two changes at once do not both get the last place.
 * @param more how many it adds; what adds nothing is always done, also over the limit
 * @param condition has to hold too; false: it did not, and nothing is done
 * @throws PlatformError `plan-limit`, and nothing is done
 */
export async function batchWithinPlan({ env, now, tenant, db }: Pick<TenantContext, "env" | "now" | "tenant" | "db">, name: Counted, statements: readonly Statement[], more: SQL | number = 1, condition?: SQL): Promise<boolean> {
  const { [name]: limit } = await limitsOfTenant({ env }, tenant);
  if (limit === null && !condition) {
    await db.batch(statements);
    return true;
  }
  const room = limit === null ? sql`true` : sql`(${more} <= 0 or ${countedBy(tenant, now)[name]} + ${more} <= ${limit})`;
  const done = await db.batchIf(condition ? sql`(${condition}) and ${room}` : room, statements);
  if (done || limit === null) return done;
  if (condition && !(await db.batchIf(condition, []))) return false;
  throw await refusal({ env, now }, tenant, name, limit);
}

/**
 * The same for a change whose transaction asks for something else: two at once may both pass.
 * @throws PlatformError `plan-limit`
 */
export async function mustHaveRoom({ env, now }: Pick<BaseContext, "env" | "now">, tenant: string, name: Counted): Promise<void> {
  const { [name]: limit } = await limitsOfTenant({ env }, tenant);
  if (limit === null) return;
  const { [name]: used } = await readCounts(env.DB, tenant, now);
  if (used + 1 > limit) throw planLimit(name, { limit, used, resetsAt: null });
}

async function refusal({ env, now }: Pick<BaseContext, "env" | "now">, tenant: string, name: Counted, limit: number) {
  const { [name]: used } = await readCounts(env.DB, tenant, now);
  return planLimit(name, { limit, used, resetsAt: null });
}
