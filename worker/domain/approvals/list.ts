import { and, desc, eq, gt, isNull, lt, lte, or, type SQL } from "drizzle-orm";
import { z } from "zod";
import { among } from "../../../db/among.ts";
import { approvals, approvalVotes } from "../../../db/schema/approvals.ts";
import type { TenantContext } from "../context.ts";
import { pageQuery, pagination, readCursor, toPage } from "../page.ts";
import { voterOf } from "./decide.ts";
import { type Member, voiceOf } from "./electorate.ts";
import { namesFor } from "./names.ts";
import { activeMembers, delegationsTo } from "./people.ts";
import { type ApprovalRow, findApproval, votesOf } from "./row.ts";
import { type ApprovalDetail, approvalStatus, approvalView, peopleIn, statusOf, viewApproval, viewVote } from "./view.ts";

export const approvalsQuery = pageQuery.extend({
  status: approvalStatus.optional(),
  mine: z.stringbool().optional().describe("`true`: only what you can decide now"),
  execution_id: z.string().max(64).optional(),
  workflow_id: z.string().max(100).optional(),
});

const list = z.array(approvalView);
export const approvalList = z.object({ approvals: list, data: list.describe("The same as `approvals`"), pagination });

/** Rows looked at in one go, for a list of what somebody can decide, and how often. */
const [chunk, mostChunks] = [200, 25];

/** Newest first. */
export async function listApprovals({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof approvalsQuery> }): Promise<z.infer<typeof approvalList>> {
  const { limit } = input;
  const where = and(ofStatus(input.mine ? "pending" : input.status, ctx.now), input.execution_id === undefined ? undefined : eq(approvals.execution_id, input.execution_id), input.workflow_id === undefined ? undefined : eq(approvals.workflow_id, input.workflow_id));
  const rows = input.mine && input.status !== undefined && input.status !== "pending" ? [] : input.mine ? await mine(ctx, where, readCursor(input.cursor), limit + 1) : await before(ctx, where, readCursor(input.cursor), limit + 1);
  const nameOf = await namesFor(ctx, [...new Set(rows.flatMap(peopleIn))]);
  const page = toPage(rows, limit, (row) => row.id, (row) => viewApproval(row, ctx.now, nameOf));
  return { approvals: page.data, ...page };
}

/** A pending one whose time is over is shown as what it is about to become. */
function ofStatus(status: z.infer<typeof approvalStatus> | undefined, now: number): SQL | undefined {
  if (status === undefined) return undefined;
  const pending = eq(approvals.status, "pending");
  if (status === "pending") return and(pending, or(isNull(approvals.expires_at), gt(approvals.expires_at, now)));
  return status === "expired" ? or(eq(approvals.status, "expired"), and(pending, lte(approvals.expires_at, now))) : eq(approvals.status, status);
}

const before = (ctx: TenantContext, where: SQL | undefined, id: string | null, limit: number): Promise<ApprovalRow[]> => ctx.db.select(approvals, { where: and(where, id === null ? undefined : lt(approvals.id, id)), orderBy: desc(approvals.id), limit });

/** Page by page, as far as it takes. */
async function mine(ctx: TenantContext, where: SQL | undefined, cursor: string | null, limit: number): Promise<ApprovalRow[]> {
  const decidable = await deciderOf(ctx);
  const found: ApprovalRow[] = [];
  for (let turn = 0, from = cursor; turn < mostChunks && found.length < limit; turn++) {
    const rows = await before(ctx, where, from, chunk);
    found.push(...(await decidable(rows)));
    const last = rows.at(-1);
    if (rows.length < chunk || !last) break;
    from = last.id;
  }
  return found.slice(0, limit);
}

/** Tells of requests which of them the caller can decide now. */
async function deciderOf(ctx: TenantContext): Promise<(rows: readonly ApprovalRow[]) => Promise<ApprovalRow[]>> {
  const voter = voterOf(ctx);
  const [people, handedOn] = await Promise.all([activeMembers(ctx), delegationsTo(ctx, voter.id)]);
  const member: Member | undefined = voter.member ?? people.find(({ id }) => id === voter.id);
  return async (rows) => {
    if (!member || rows.length === 0) return [];
    const all = await ctx.db.select(approvalVotes, { where: among(approvalVotes.approval_id, rows.map(({ id }) => id)) });
    return rows.filter((row) => {
      const votes = all.filter(({ approval_id }) => approval_id === row.id);
      const own = handedOn.filter(({ approval_id }) => approval_id === "" || approval_id === row.id);
      return statusOf(row, ctx.now) === "pending" && !votes.some((vote) => vote.voter === voter.id) && voiceOf(row, people, own, member, new Set(votes.map(({ seat }) => seat))) !== null;
    });
  };
}

/** @throws PlatformError `not-found` */
export async function getApproval({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<ApprovalDetail> {
  const row = await findApproval(ctx, input.id);
  const votes = await votesOf(ctx, row.id);
  const [nameOf, can] = await Promise.all([namesFor(ctx, [...new Set([...peopleIn(row), ...votes.map(({ voter }) => voter)])]), deciderOf(ctx)]);
  const can_decide = ctx.actor.grants["workflows.approve"] === "all" && (await can([row])).length > 0;
  return { ...viewApproval(row, ctx.now, nameOf), form: row.form, delegable: row.delegable, can_decide, votes: votes.map((vote) => viewVote(vote, nameOf)) };
}
