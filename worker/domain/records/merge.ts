/**
 * Several records of a kind become one. The change, its history and events, and what refers to
 * the records are written in one transaction, up to fifty that refer; where more do, the rest
 * is moved in further ones, behind the answer's back, and by the cron when that is cut off.
 * @module
 */
import { and, eq, isNull, type SQL } from "drizzle-orm";
import { z } from "zod";
import { newId } from "../../../db/ids.ts";
import type { JsonObject } from "../../../db/schema/json.ts";
import { mergeMoves, merges } from "../../../db/schema/merges.ts";
import { type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import { type AnyEntity, changeSchema, type Given, viewSchema } from "../../../sdk/schema/crm/entity.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { emit } from "../../events/emit.ts";
import { audited } from "../audit/record.ts";
import { findNamed, findRecord, mayDo, permissionFor } from "./access.ts";
import { actorId, type RecordContext } from "./context.ts";
import { filledFrom } from "./merge-fill.ts";
import { finishMerge } from "./merge-finish.ts";
import { atOnce, planMoves } from "./merge-moves.ts";
import { carryOut, type Plan, planChanges, planRecords, together } from "./plan.ts";
import { show } from "./show.ts";
import { refusingTwins } from "./twins.ts";
import { mustSeeWhatItChanges } from "./update.ts";
import { plainView } from "./values.ts";

export const mergeBody = (of: AnyEntity) =>
  z.strictObject({
    ids: z.array(z.string().min(1).max(64)).min(1).max(20).describe("Records that become a part of this one; their values fill its empty fields, in this order"),
    values: (changeSchema(of) as z.ZodType<Given>).optional().describe("Values that it has afterwards, whatever the records had"),
  });

export const mergeResult = (of: AnyEntity) =>
  z.object({
    record: viewSchema(of),
    merge_id: z.string(),
    moving: z.boolean().describe("More than fifty records refer to the merged ones: the rest is being moved"),
  });

export interface Merge {
  ids: readonly string[];
  values?: Given | undefined;
  /** The version of the survivor that the caller saw; null: whatever it is by now. */
  version?: number | null;
}

export interface Merged {
  row: RecordRow;
  mergeId: string;
  moving: boolean;
}

/**
 * Needs the permission to delete each of them; to choose values, that to write too.
 * @throws PlatformError `not-found`, `merged`, `forbidden`, `bad-request`, `version-conflict`
 * @example `const { record } = await mergeRecords({ ctx, of: entities.contact, id, input: { ids: [duplicate], values: { email } } });`
 */
export async function mergeRecords({ ctx, of, id, input, version = null }: { ctx: RecordContext; of: AnyEntity; id: string; input: z.output<ReturnType<typeof mergeBody>>; version?: number | null }) {
  const { row, mergeId, moving } = await refusingTwins(of, () => carryOut(ctx, () => planMerge(ctx, of, id, { ...input, version })));
  if (moving) ctx.waitUntil(finishMerge(ctx, mergeId));
  return { record: await show(ctx, of, row), merge_id: mergeId, moving };
}

/** Whoever carries it out and finds it `moving` calls `finishMerge`, or leaves that to the cron. */
export async function planMerge(ctx: RecordContext, of: AnyEntity, id: string, { ids, values, version = null }: Merge): Promise<Plan<Merged>> {
  const survivor = await findRecord(ctx, of, id, { verb: "delete" });
  const others = await othersOf(ctx, of, id, ids);
  mustHaveVersion(of, survivor, version);
  if (values) mustBeChosen(ctx, of, survivor, values);
  const given = { ...(await filledFrom(ctx, of, survivor, others)), ...values };
  const mergedIds = others.map((row) => row.id);
  const own = await planRecords(ctx, of, [{ before: survivor, given }]);
  const away = await planChanges(ctx, of, others.map((before) => ({ before, after: { ...before, deleted_at: ctx.now, merged_into: id }, given: {} })));
  const moves = await planMoves(ctx, of.kind, mergedIds, id);
  const moving = moves.result.length >= atOnce;
  const mergeId = newId(ctx.now);
  const row = own.result[0] ?? survivor;
  const { db, actor, now } = ctx;
  const statements = [
    db.insert(merges, { id: mergeId, kind: of.kind, survivor_id: id, merged_ids: mergedIds, status: moving ? "moving" : "done", moved: moves.result.length, silent: ctx.silent ?? false, actor_kind: actor.kind, actor_id: actorId(ctx), created_at: now, updated_at: now }),
    ...(moves.result.length > 0 ? [db.insertMany(mergeMoves, moves.result.map((move) => ({ ...move, merge_id: mergeId })))] : []),
    audited(ctx, { action: `${of.kind}.merge`, entityId: id, after: { merged: mergedIds } }),
    ...(ctx.silent ? [] : [emit(ctx, { type: `${of.kind}.merged`, data: { [of.kind]: plainView(of, row) as JsonObject, merged_ids: mergedIds, merge_id: mergeId }, record: { type: of.kind, id } })]),
  ];
  return together([own, away, moves, { statements, condition: stillThere(ctx, of, survivor), result: null }], { row, mergeId, moving });
}

async function othersOf(ctx: RecordContext, of: AnyEntity, id: string, ids: readonly string[]): Promise<RecordRow[]> {
  if (ids.includes(id)) throw new PlatformError("bad-request", `/ids: the ${of.title.toLowerCase()} cannot be merged into itself`, [{ pointer: `/ids/${ids.indexOf(id)}`, detail: "is the record itself" }]);
  return findNamed(ctx, of, [...new Set(ids)], "delete");
}

function mustHaveVersion(of: AnyEntity, row: RecordRow, version: number | null): void {
  if (version !== null && row.version !== version) throw new PlatformError("version-conflict", `The ${of.title.toLowerCase()} was changed since version ${version}: it is version ${row.version} now.`, undefined, undefined, { version: row.version });
}

/** To choose values is to change the record. */
function mustBeChosen(ctx: RecordContext, of: AnyEntity, survivor: RecordRow, values: Given): void {
  mustSeeWhatItChanges(ctx, of, values);
  if (!mayDo(ctx, of, "write", survivor)) throw new PlatformError("forbidden", `To choose values needs the permission ${permissionFor(of, "write")} over the ${of.title.toLowerCase()}. Without \`values\`, empty fields are filled.`);
}

/** Also when none of its own values changes: nobody may merge it away at the same time. */
function stillThere({ db }: RecordContext, of: AnyEntity, { id, version }: RecordRow): SQL {
  const table = recordTable(of);
  return db.exists(table, and(eq(table.id, id), eq(table.version, version), isNull(table.deleted_at)));
}
