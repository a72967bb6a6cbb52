import type { ApprovalRow } from "./row.ts";

/** An end that nobody was told of is made good after this: the execution's object tells at once. */
export const overdueMs = 120_000;
/** A decision that the execution may not have heard of is told again after this. */
export const tellAgainMs = 10_000;

/** When the sweep has to look at a request that is pending; null: never. */
export function nextAt({ reminders, escalate_at, expires_at }: Pick<ApprovalRow, "reminders" | "escalate_at" | "expires_at">): number | null {
  const times = [reminders[0] ?? null, escalate_at, expires_at === null ? null : expires_at + overdueMs].filter((at) => at !== null);
  return times.length === 0 ? null : Math.min(...times);
}
