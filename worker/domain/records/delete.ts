import type { RecordRow } from "../../../db/schema/record-tables.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { findRecord } from "./access.ts";
import type { RecordContext } from "./context.ts";
import { carryOut, type Plan, planChanges } from "./plan.ts";
import { show, type Shown } from "./show.ts";
import { refusingTwins } from "./twins.ts";

/**
 * Takes a record away; it can be restored until retention has it.
 * @throws PlatformError `not-found`, `forbidden`, `version-conflict`
 */
export async function deleteRecord({ ctx, of, id, version = null }: { ctx: RecordContext; of: AnyEntity; id: string; version?: number | null }): Promise<void> {
  await carryOut(ctx, () => planDelete(ctx, of, { id, version }));
}

/** @throws PlatformError as {@link deleteRecord} does */
export async function planDelete(ctx: RecordContext, of: AnyEntity, { id, version }: { id: string; version: number | null }): Promise<Plan<RecordRow[]> & { before: RecordRow }> {
  const before = await findRecord(ctx, of, id, { verb: "delete" });
  if (version !== null && before.version !== version) throw new PlatformError("version-conflict", `The ${of.title.toLowerCase()} was changed since version ${version}: it is version ${before.version} now.`, undefined, undefined, { version: before.version });
  return { ...(await planChanges(ctx, of, [{ before, after: { ...before, deleted_at: ctx.now }, given: {} }])), before };
}

/** @throws PlatformError `not-found`, `forbidden`, `conflict` when it is not deleted, or another has its name by now */
export async function restoreRecord({ ctx, of, id }: { ctx: RecordContext; of: AnyEntity; id: string }): Promise<Shown> {
  const row = await refusingTwins(of, () =>
    carryOut(ctx, async () => {
      const before = await findRecord(ctx, of, id, { verb: "delete", deleted: true });
      if (before.deleted_at === null) throw new PlatformError("conflict", `The ${of.title.toLowerCase()} ${id} is not deleted.`);
      if (before.merged_into !== null) throw new PlatformError("conflict", `The ${of.title.toLowerCase()} ${id} was merged into ${before.merged_into}: undo the merge instead.`);
      const { result, ...plan } = await planChanges(ctx, of, [{ before, after: { ...before, deleted_at: null }, given: {} }]);
      return { ...plan, result: result[0] ?? before };
    }),
  );
  return show(ctx, of, row);
}
