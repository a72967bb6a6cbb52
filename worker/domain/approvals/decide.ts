import { and, desc, eq } from "drizzle-orm";
import { z } from "zod";
import { approvals } from "../../../db/schema/approvals.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { iso, type TenantContext } from "../context.ts";
import { tell } from "../executions/tell.ts";
import { namesFor } from "./names.ts";
import type { ApprovalRow } from "./row.ts";
import type { decidedView } from "./view.ts";
import { castVote, type Voted, type Voter } from "./vote.ts";

export const decideBody = z.strictObject({
  decision: z.enum(["approved", "rejected"]),
  comment: z.string().max(2000).nullish(),
  answers: z.unknown().describe("To the form of the approval, if it has one").optional(),
});
type Given = z.infer<typeof decideBody>;

export interface DecideInput extends Given {
  id: string;
}

/**
 * Decides a request: of those asked, or in the place of one of them.
 * @throws PlatformError `not-found`, `forbidden`, `conflict` when it was decided or is over, `bad-request` for answers that do not fit
 */
export async function decideApproval({ ctx, input: { id, ...given } }: { ctx: TenantContext; input: DecideInput }): Promise<z.infer<typeof decidedView>> {
  const { row, resumed } = await vote(ctx, id, given);
  const names = await namesFor(ctx, row.decided_by === null ? [] : [row.decided_by]);
  return { id, status: row.status, approved_by: row.decided_by === null ? null : names(row.decided_by), decision_at: row.decided_at === null ? null : iso(row.decided_at), workflow_execution_resumed: resumed };
}

export function vote(ctx: TenantContext, id: string, { decision, comment, answers }: Given): Promise<Voted> {
  return castVote({ ...ctx, nameOf: async (one) => (await namesFor(ctx, [one]))(one) }, id, voterOf(ctx), { decision, comment: comment ?? null, answers });
}

/** A key decides as the person who made it; one that is nobody's as an admin. */
export function voterOf({ actor }: Pick<TenantContext, "actor">): Voter {
  if (actor.kind === "user") return { id: actor.userId, shownAs: actor.userId, via: "session" };
  if (actor.createdBy !== null) return { id: actor.createdBy, shownAs: actor.createdBy, via: "api_key" };
  const id = `key:${actor.keyId}`;
  return { id, shownAs: actor.name, via: "api_key", member: { id, role: "admin", team_id: null, may: true } };
}

/** The execution says that it waits a moment before the request for it can be found. */
const patienceMs = [20, 50, 100, 200, 400, 800, 1600];

/**
 * The request of an execution's step.
 * @throws PlatformError `not-found` for an execution that is not there, `conflict` when nothing waits there
 */
export async function approvalOfStep(ctx: TenantContext, executionId: string, step: string): Promise<ApprovalRow> {
  const named = and(eq(approvals.execution_id, executionId), eq(approvals.step_key, step));
  for (const pause of [...patienceMs, null]) {
    const [row] = await ctx.db.select(approvals, { where: named, orderBy: desc(approvals.id), limit: 1 });
    if (row?.status === "pending") return row;
    const shown = await tell(ctx, executionId, (object) => object.get(ctx.tenant, executionId, 0));
    const waiting = shown.steps.find(({ key, kind, status }) => key === step && kind === "approval" && status === "waiting");
    // Of an earlier run, or of before a retry.
    const isOld = row !== undefined && waiting !== undefined && (Date.parse(waiting.started_at) !== row.started_at || row.status === "cancelled");
    if (row && !isOld) return row;
    if (!waiting || pause === null) break;
    await scheduler.wait(pause);
  }
  throw new PlatformError("conflict", `No approval "${step}" is pending: it was decided, has expired or was never asked for.`);
}
