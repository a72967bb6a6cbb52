/**
 * Gives the limiter what it needs of the rest of the platform.
 * @module
 */
import { and, eq } from "drizzle-orm";
import { usage } from "../../../db/schema/usage.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import { findTenant } from "../../../db/tenants.ts";
import { type LimiterPlatform, monthly, type Quotas } from "../../../durable-objects/limiter/contract.ts";
import { limitsOf, type PlanLimits } from "../../auth/plans.ts";
import type { Env } from "../../env.ts";

const minute = 60_000;

export function quotasOf(limits: PlanLimits): Quotas {
  const perKey = { limit: limits.requests_per_minute_per_key, per: minute };
  return {
    byKind: {
      tenant: { limit: limits.requests_per_minute, per: minute },
      key: perKey,
      user: perKey,
      hooks: { limit: limits.webhook_deliveries_per_minute, per: minute },
      [monthly]: { limit: limits.executions_per_month, per: "month" },
    },
    concurrent: limits.concurrent_executions,
  };
}

export function limiterPlatform({ DB }: Pick<Env, "DB">): LimiterPlatform {
  return {
    async quotas(tenant) {
      const row = await findTenant(DB, tenant);
      return quotasOf(limitsOf(row ?? { plan: "free", limits: null }));
    },
    async load(tenant, period, metric) {
      const row = await tenantDb(DB, tenant).first(usage, and(eq(usage.period, period), eq(usage.metric, metric)));
      return row?.value ?? null;
    },
    async save(tenant, period, metric, value) {
      const updated_at = Date.now();
      await tenantDb(DB, tenant).upsert(usage, { period, metric, value, updated_at }, [usage.tenant_id, usage.period, usage.metric], { value, updated_at });
    },
  };
}
