/**
 * What tenants may use, by plan. The operator sets deviations for single tenants
 * (`tenants.limits`); docs/platform.md shows the numbers.
 * @module
 */
import { z } from "zod";
import type { JsonObject } from "../../db/schema/json.ts";
import { defaultLimits } from "../../sdk/schema/limits.ts";

/** Every limit, as people read it. */
export const limitTitles = {
  workflows: "Workflows that are switched on",
  executions_per_month: "Executions begun in a calendar month (UTC), children and test runs among them",
  steps_per_execution: "Steps of one execution",
  concurrent_executions: "Starts carried out at once in one runtime process; more wait their turn",
  users: "People: active members and open invitations",
  api_keys: "API keys that are neither revoked nor over",
  requests_per_minute: "Requests a minute of the tenant",
  requests_per_minute_per_key: "Requests a minute of one API key, or one person",
  webhook_deliveries_per_minute: "Webhook deliveries a minute",
  emails_per_day: "Mails sent within 24 hours",
  payload_retention_months: "Months that payloads of webhooks are kept at most",
  storage_bytes: "Bytes of kept webhook payloads and of files of records",
} as const satisfies Record<string, string>;

export type LimitName = keyof typeof limitTitles;
/** Null: no limit. */
export type PlanLimits = Readonly<Record<LimitName, number | null>>;

const GiB = 1024 ** 3;
/** The runtime's own: no plan has more. */
const steps_per_execution = defaultLimits.steps;

export const plans = {
  free: {
    workflows: 20,
    executions_per_month: 5_000,
    steps_per_execution,
    concurrent_executions: 2,
    users: 5,
    api_keys: 10,
    requests_per_minute: 1_200,
    requests_per_minute_per_key: 600,
    webhook_deliveries_per_minute: 120,
    emails_per_day: 200,
    payload_retention_months: 3,
    storage_bytes: GiB,
  },
  pro: {
    workflows: 200,
    executions_per_month: 100_000,
    steps_per_execution,
    concurrent_executions: 4,
    users: 50,
    api_keys: 100,
    requests_per_minute: 6_000,
    requests_per_minute_per_key: 3_000,
    webhook_deliveries_per_minute: 1_200,
    emails_per_day: 10_000,
    payload_retention_months: 12,
    storage_bytes: 50 * GiB,
  },
  enterprise: {
    workflows: null,
    executions_per_month: null,
    steps_per_execution,
    concurrent_executions: 8,
    users: null,
    api_keys: null,
    requests_per_minute: 60_000,
    requests_per_minute_per_key: 60_000,
    webhook_deliveries_per_minute: 12_000,
    emails_per_day: 200_000,
    payload_retention_months: 120,
    storage_bytes: null,
  },
} as const satisfies Record<string, PlanLimits>;

export type Plan = keyof typeof plans;
export const planNames = ["free", "pro", "enterprise"] as const satisfies readonly Plan[];

const value = z.number().int().min(0).nullable();
const names = Object.keys(limitTitles) as LimitName[];

/** Deviations as the operator sends them: names that are no limits are refused. */
export const limitDeviations = z.partialRecord(z.enum(names), value).describe("Deviations from the plan's limits, by name; null: no limit");

/** Of a tenant. A stored deviation that cannot be read counts for nothing. */
export function limitsOf({ plan, limits }: { plan: Plan; limits: JsonObject | null }): PlanLimits {
  const deviations = Object.entries(limits ?? {}).flatMap(([name, given]) => {
    const { success, data } = value.safeParse(given);
    return success && Object.hasOwn(limitTitles, name) ? [[name, data] as const] : [];
  });
  return { ...plans[plan], ...Object.fromEntries(deviations) };
}
