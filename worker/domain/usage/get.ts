import { desc } from "drizzle-orm";
import { z } from "zod";
import { usage as usageTable } from "../../../db/schema/usage.ts";
import { readCounts } from "../../../db/tenant-counts.ts";
import { monthly, type Share } from "../../../durable-objects/limiter/contract.ts";
import { monthOf, nextMonth } from "../../../durable-objects/limiter/meter.ts";
import { type LimitName, limitsOf, limitTitles, planNames } from "../../auth/plans.ts";
import { iso, type TenantContext } from "../context.ts";
import { ownTenant } from "../tenants/view.ts";

const names = Object.keys(limitTitles) as LimitName[];

export const usageView = z.object({
  plan: z.enum(planNames),
  data: z.array(
    z.object({
      limit_name: z.enum(names),
      description: z.string(),
      limit: z.number().nullable().describe("Null: no limit"),
      used: z.number().nullable().describe("Null: not counted up, or not known just now"),
      resets_at: z.string().nullable().describe("When nothing counts as used any more; null: it does not by itself"),
    }),
  ),
  history: z.array(z.object({ period: z.string().describe("Month, UTC"), metric: z.string(), value: z.number().int() })).describe("Months before this one, the latest first"),
});
export type UsageView = z.infer<typeof usageView>;

interface Use {
  used: number | null;
  resetsAt: number | null;
}

/** Every limit of the tenant, and how much of it is used. Rates are the tenant's, and those of who asks. */
export async function getUsage({ ctx }: { ctx: TenantContext }): Promise<UsageView> {
  const { actor, db, env, now, objects, tenant, usage } = ctx;
  const own = actor.kind === "user" ? `user:${actor.userId}` : `key:${actor.keyId}`;
  const period = monthOf(now);
  const [row, counts, shares, rows, states] = await Promise.all([
    ownTenant(ctx),
    readCounts(env.DB, tenant, now),
    usage.leases.look(tenant, ["tenant", own, "hooks", monthly]),
    db.select(usageTable, { orderBy: desc(usageTable.period), limit: 13 }),
    objects.hub(tenant).counts(),
  ]);
  const limits = limitsOf(row);
  const still = (used: number | null): Use => ({ used, resetsAt: null });
  const rate = (share: Share | undefined): Use => (share ? { used: Math.ceil(share.used), resetsAt: now + share.resetMs } : still(null));
  const saved = rows.find((one) => one.period === period && one.metric === monthly)?.value ?? null;
  const uses: Record<LimitName, Use> = {
    workflows: still(counts.workflows),
    executions_per_month: { used: shares?.[monthly]?.used ?? saved, resetsAt: nextMonth(now) },
    steps_per_execution: still(null),
    concurrent_executions: still(states.reduce((sum, { status, count }) => sum + (status === "running" ? count : 0), 0)),
    users: still(counts.users),
    api_keys: still(counts.api_keys),
    requests_per_minute: rate(shares?.["tenant"]),
    requests_per_minute_per_key: rate(shares?.[own]),
    webhook_deliveries_per_minute: rate(shares?.["hooks"]),
    emails_per_day: still(counts.emails_per_day),
    payload_retention_months: still(null),
    storage_bytes: still(counts.storage_bytes),
  };
  return {
    plan: row.plan,
    data: names.map((name) => ({ limit_name: name, description: limitTitles[name], limit: limits[name], used: uses[name].used, resets_at: uses[name].resetsAt === null ? null : iso(uses[name].resetsAt) })),
    history: rows.filter((one) => one.period < period).map(({ metric, value, ...one }) => ({ period: one.period, metric, value })),
  };
}
