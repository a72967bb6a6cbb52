import { and, eq, isNull, sql } from "drizzle-orm";
import { newId } from "../../../db/ids.ts";
import { mergeMoves, merges } from "../../../db/schema/merges.ts";
import { type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { audited } from "../audit/record.ts";
import { findRecord } from "./access.ts";
import { actorId, type RecordContext } from "./context.ts";
import { finishMerge } from "./merge-finish.ts";
import { carryOut, type Plan, planChanges, together } from "./plan.ts";
import { show, type Shown } from "./show.ts";
import { refusingTwins } from "./twins.ts";

/**
 * Brings back a record that was merged into another, and to it what referred to it and refers
 * to the other now. What the other has got of its values stays there.
 * @throws PlatformError `not-found`, `forbidden`, `conflict`
 */
export async function unmergeRecord({ ctx, of, id }: { ctx: RecordContext; of: AnyEntity; id: string }): Promise<Shown> {
  const { row, unmergeId } = await refusingTwins(of, () => carryOut(ctx, () => planUnmerge(ctx, of, id)));
  ctx.waitUntil(finishMerge(ctx, unmergeId));
  return show(ctx, of, row);
}

/** The references come back afterwards: whoever carries it out calls `finishMerge`, or leaves that to the cron. */
export async function planUnmerge(ctx: RecordContext, of: AnyEntity, id: string): Promise<Plan<{ row: RecordRow; unmergeId: string }>> {
  const { db, now, actor } = ctx;
  const thing = of.title.toLowerCase();
  const before = await findRecord(ctx, of, id, { verb: "delete", deleted: true });
  const survivor = before.merged_into;
  if (survivor === null) throw new PlatformError("conflict", `The ${thing} ${id} was not merged into another.`);
  const table = recordTable(of);
  const rows = await db.select(merges, { where: and(eq(merges.kind, of.kind), eq(merges.survivor_id, survivor)) });
  const merge = rows.find(({ status, merged_ids }) => (status === "done" || status === "moving") && merged_ids.includes(id));
  if (merge?.status === "moving") throw new PlatformError("conflict", `The ${thing} ${id} is being merged still: try again when all that refers to it has been moved.`, undefined, 5);
  const there = and(eq(table.id, survivor), isNull(table.deleted_at));
  if ((await db.first(table, there)) === null) throw new PlatformError("conflict", `The ${thing} ${survivor}, into which it was merged, is gone: bring that one back first.`);
  const back = await planChanges(ctx, of, [{ before, after: { ...before, deleted_at: null, merged_into: null }, given: {} }]);
  const unmergeId = newId(now);
  const left = merge?.merged_ids.filter((one) => one !== id) ?? [];
  const statements = [
    ...(merge ? [db.update(merges, { merged_ids: left, status: left.length > 0 ? "done" : "undone", updated_at: now }, eq(merges.id, merge.id)), db.update(mergeMoves, { merge_id: unmergeId }, and(eq(mergeMoves.merge_id, merge.id), eq(mergeMoves.from_id, id)))] : []),
    db.insert(merges, { id: unmergeId, kind: of.kind, survivor_id: survivor, merged_ids: [id], status: "moving_back", moved: 0, silent: ctx.silent ?? false, actor_kind: actor.kind, actor_id: actorId(ctx), created_at: now, updated_at: now }),
    audited(ctx, { action: `${of.kind}.unmerge`, entityId: id, before: { merged_into: survivor }, after: { merged_into: null } }),
  ];
  const asRead = merge ? db.exists(merges, and(eq(merges.id, merge.id), sql`${merges.merged_ids} = ${JSON.stringify(merge.merged_ids)}`, eq(merges.status, merge.status))) : undefined;
  return together([back, { statements, condition: and(db.exists(table, there), asRead) ?? null, result: null }], { row: back.result[0] ?? before, unmergeId });
}
