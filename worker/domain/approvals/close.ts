/**
 * The end of a request that nobody decided.
 * @module
 */
import { and, eq } from "drizzle-orm";
import { approvals } from "../../../db/schema/approvals.ts";
import type { Statement, TenantDb } from "../../../db/tenant-db.ts";
import type { ChainLink } from "../../../sdk/schema/execution.ts";
import type { Env } from "../../env.ts";
import { dispatchSoon, emit } from "../../events/emit.ts";
import { type ApprovalRow, asSeen, eventData, isOver } from "./row.ts";

export interface CloseContext {
  env: Env;
  db: TenantDb;
  now: number;
  waitUntil(work: Promise<unknown>): void;
}

/** False when somebody has changed it meanwhile. */
export async function closed(ctx: CloseContext, row: ApprovalRow, chain: readonly ChainLink[] = []): Promise<boolean> {
  const { db, now } = ctx;
  const over = isOver(row, now);
  const set = { status: over ? ("expired" as const) : ("cancelled" as const), revision: row.revision + 1, next_at: null, decided_by: null, decided_at: over ? row.expires_at : now, comment: null, outcome: null, told_at: now };
  const said: Statement[] = over ? [emit({ db, now, actor: { kind: "system" }, chain }, { type: "approval.expired", data: eventData(row), record: { type: "approval", id: row.id } })] : [];
  const done = await db.batchIf(asSeen(ctx, row), [db.update(approvals, set, and(eq(approvals.id, row.id))), ...said]);
  if (done && over) dispatchSoon(ctx);
  return done;
}
