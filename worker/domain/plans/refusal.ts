import { PlatformError } from "../../../sdk/schema/problem.ts";
import { type LimitName, limitTitles } from "../../auth/plans.ts";
import { iso } from "../context.ts";

export interface Reached {
  limit: number;
  used: number;
  /** ms since the epoch; null: it does not begin anew by itself. */
  resetsAt: number | null;
}

/** What to do besides asking for another plan. */
const remedies: Partial<Record<LimitName, string>> = {
  workflows: "Switch one off",
  users: "Disable somebody or revoke an invitation",
  api_keys: "Revoke a key",
};

/** For whatever the tenant's plan has no room for. */
export function planLimit(name: LimitName, { limit, used, resetsAt }: Reached): PlatformError {
  const resets_at = resetsAt === null ? null : iso(resetsAt);
  const then = resets_at === null ? (remedies[name] ?? "Use less") : `It begins anew at ${resets_at}`;
  const detail = `${limitTitles[name]}: the plan allows ${limit}, and ${used} are in use. ${then}, or have the operator raise it: GET /api/v1/plans shows what others allow.`;
  return new PlatformError("plan-limit", detail, undefined, undefined, { limit_name: name, limit, used, resets_at });
}
