import { and, asc, eq } from "drizzle-orm";
import { approvals, approvalVotes } from "../../../db/schema/approvals.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";

export type ApprovalRow = typeof approvals.$inferSelect;
export type VoteRow = typeof approvalVotes.$inferSelect;

/** @throws PlatformError `not-found` */
export async function findApproval({ db }: { db: TenantDb }, id: string): Promise<ApprovalRow> {
  const row = await db.first(approvals, eq(approvals.id, id));
  if (!row) throw new PlatformError("not-found", `There is no approval ${id}.`);
  return row;
}

/** In the order they came. */
export function votesOf({ db }: { db: TenantDb }, id: string): Promise<VoteRow[]> {
  return db.select(approvalVotes, { where: eq(approvalVotes.approval_id, id), orderBy: asc(approvalVotes.number) });
}

/** Nobody has changed it since it was read: a condition of its next change. */
export const asSeen = ({ db }: { db: TenantDb }, { id, revision }: ApprovalRow) => db.exists(approvals, and(eq(approvals.id, id), eq(approvals.revision, revision)));

/** A request that waits for nobody any more, as far as time tells. */
export const isOver = ({ expires_at }: Pick<ApprovalRow, "expires_at">, now: number): boolean => expires_at !== null && expires_at <= now;

/** What stands in events about it. */
export const eventData = (row: ApprovalRow) => ({ approval_id: row.id, execution_id: row.execution_id, workflow_id: row.workflow_id, step: row.step_key, title: row.title });
