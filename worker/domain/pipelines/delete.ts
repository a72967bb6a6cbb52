/**
 * Pipelines and stages go, and the deals in them elsewhere, in one transaction.
 * @module
 */
import { z } from "zod";
import type { RecordRow } from "../../../db/schema/record-tables.ts";
import { entities } from "../../../sdk/schema/crm/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { findRecord, mustBeAllowed } from "../records/access.ts";
import type { RecordContext } from "../records/context.ts";
import { carryOut, type Plan, planChanges, planRecords, together } from "../records/plan.ts";
import { missingOf } from "../records/references.ts";
import { type Container, dealsIn } from "./deals-in.ts";

/** Deals that one transaction moves; more of them are moved beforehand. */
export const mostMoved = 1000;
/** Of one statement: its rows are one parameter, which D1 takes up to 2 MB of. */
const [mostRows, mostText] = [250, 400_000];

export interface Deleting {
  id: string;
  /** Where its deals go: another pipeline or stage; null: it has to be empty. */
  moveTo: string | null;
  version: number | null;
}

export const deleteQuery = (what: string) => z.object({ move_to: z.string().max(64).optional().describe(`Id of the ${what} that its deals go to, at most ${mostMoved} of them`) });

/** @throws PlatformError `not-found`, `forbidden`, `bad-request`, `version-conflict`, `conflict` while deals are in it that go nowhere, or more than one transaction moves */
export async function planDelete(ctx: RecordContext, kind: "pipeline" | "stage", { id, moveTo, version }: Deleting): Promise<Plan<null>> {
  const of = entities[kind];
  const field: Container = `${kind}_id`;
  const before = await findRecord(ctx, of, id, { verb: "delete" });
  if (version !== null && before.version !== version) throw new PlatformError("version-conflict", `The ${kind} was changed since version ${version}: it is version ${before.version} now.`, undefined, undefined, { version: before.version });
  const moves = moveTo === null ? [] : await movesTo(ctx, before, field, moveTo);
  const moved = moves.flatMap(({ result }) => result.map((row) => row.id));
  const gone = await planChanges(ctx, of, [{ before, after: { ...before, deleted_at: ctx.now }, given: { moved } }]);
  return together([...moves, gone], null);
}

async function movesTo(ctx: RecordContext, { id }: RecordRow, field: Container, to: string): Promise<Plan<RecordRow[]>[]> {
  const what = field.replace("_id", "");
  const missing = to === id ? [to] : await missingOf(ctx, [{ to: what, id: to, pointer: "/query/move_to" }]);
  if (missing.length > 0) throw new PlatformError("bad-request", to === id ? `/query/move_to: that is the ${what} that goes` : `/query/move_to: there is no ${what} ${to}`, [{ pointer: "/query/move_to", detail: `not another ${what}` }]);
  const deals = await dealsIn(ctx, field, id, { limit: mostMoved + 1 });
  if (deals.length === 0) return [];
  mustBeAllowed(ctx, entities.deal, "write");
  if (deals.length > mostMoved) throw new PlatformError("conflict", `More than ${mostMoved} deals are in the ${what}: that is more than one transaction moves. Move them first, by POST /api/v1/deals/bulk {"action": "update", "ids": […], "change": {"${field}": "${to}"}}.`);
  const plans: Plan<RecordRow[]>[] = [];
  for (const rows of inChunks(deals)) plans.push(await planRecords(ctx, entities.deal, rows.map((before) => ({ before, given: { [field]: to } }))));
  return plans;
}

function inChunks(rows: readonly RecordRow[]): RecordRow[][] {
  const chunks: RecordRow[][] = [];
  let room = 0;
  for (const row of rows) {
    const size = JSON.stringify(row).length;
    const last = chunks.at(-1);
    if (last && last.length < mostRows && size <= room) last.push(row);
    else {
      chunks.push([row]);
      room = mostText;
    }
    room -= size;
  }
  return chunks;
}

export async function deleteWithDeals({ ctx, kind, input }: { ctx: RecordContext; kind: "pipeline" | "stage"; input: Deleting }): Promise<void> {
  await carryOut(ctx, () => planDelete(ctx, kind, input));
}
