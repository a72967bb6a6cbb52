/**
 * Doing many things once more: which ones is settled when it is asked for, and kept in a row.
 * They are done in slices behind the answer and by the cron; what a crash interrupts goes on
 * from the last slice, and whatever is done twice by that does nothing the second time.
 * @module
 */
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { newId } from "../../../db/ids.ts";
import type { ReplayJob } from "../../../db/replay-jobs.ts";
import { deadLetterKinds, type ReplayItem, replayJobs } from "../../../db/schema/dead-letters.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { sha256, toHex } from "../../auth/bytes.ts";
import { audited } from "../audit/record.ts";
import { iso, type TenantContext } from "../context.ts";

/** Of one job. */
export const mostItems = 5_000;

export const replayView = z.object({
  id: z.string(),
  status: z.enum(["running", "completed"]),
  total: z.number().int(),
  done: z.number().int(),
  failed: z.number().int(),
  more: z.boolean().describe(`There were more than the ${mostItems} that one replay takes: ask again when it is done`),
  errors: z.array(z.object({ kind: z.enum(deadLetterKinds), id: z.string(), error: z.string() })).describe("The first that failed, and why"),
  created_at: z.string(),
  completed_at: z.string().nullable(),
});
export type ReplayView = z.infer<typeof replayView>;

export function viewReplay({ id, status, total, done, failed, more, errors, created_at, completed_at }: ReplayJob): ReplayView {
  return { id, status, total, done, failed, more, errors, created_at: iso(created_at), completed_at: completed_at === null ? null : iso(completed_at) };
}

export interface NewReplay {
  /** Whose list it is begun from: it is shown there alone. */
  scope: string;
  items: readonly ReplayItem[];
  /** `<entity>.<verb>` of the audit log. */
  action: `${string}.${string}`;
  entityId: string | null;
  /** What was asked for. */
  filter: object;
  /** The caller's Idempotency-Key: one key begins one job. */
  key: string | null;
}

/** @param items one more than fit tells that there are more */
export async function beginReplay(ctx: TenantContext, { scope, items, action, entityId, filter, key }: NewReplay): Promise<ReplayJob> {
  const id = key === null ? newId(ctx.now) : await keyedId(ctx.tenant, scope, key);
  const before = key === null ? null : await ctx.db.first(replayJobs, eq(replayJobs.id, id));
  if (before) return before;
  const taken = items.slice(0, mostItems);
  const row: ReplayJob = {
    id,
    tenant_id: ctx.tenant,
    scope,
    status: taken.length === 0 ? "completed" : "running",
    items: [...taken],
    more: items.length > taken.length,
    total: taken.length,
    done: 0,
    failed: 0,
    errors: [],
    next_at: ctx.now,
    created_at: ctx.now,
    completed_at: taken.length === 0 ? ctx.now : null,
  };
  await ctx.db.batch([ctx.db.insert(replayJobs, row), audited(ctx, { action, entityId, after: { replay: id, total: row.total, filter } })]);
  return row;
}

async function keyedId(tenant: string, scope: string, key: string): Promise<string> {
  const hex = toHex(await sha256(JSON.stringify(["replay", tenant, scope, key])));
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** @throws PlatformError `not-found` */
export async function findReplay(ctx: TenantContext, scope: string, id: string): Promise<ReplayJob> {
  const row = await ctx.db.first(replayJobs, and(eq(replayJobs.id, id), eq(replayJobs.scope, scope)));
  if (!row) throw new PlatformError("not-found", `There is no replay ${id} here.`);
  return row;
}
