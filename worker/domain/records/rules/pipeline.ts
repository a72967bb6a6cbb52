/**
 * Pipelines: one of a tenant's is the default, each has stages, and none goes with deals in it.
 * @module
 */
import { and, eq, type SQL, sql } from "drizzle-orm";
import { pipelines, type RecordRow, stages } from "../../../../db/schema/record-tables.ts";
import { entities } from "../../../../sdk/schema/crm/index.ts";
import { PlatformError } from "../../../../sdk/schema/problem.ts";
import { dealsIn, holdsDeals } from "../../pipelines/deals-in.ts";
import { filledIn, isDefault, type NewStage, usualStages } from "../../pipelines/defaults.ts";
import { pipelineOf, stagesIn } from "../../pipelines/stages.ts";
import type { RecordContext } from "../context.ts";
import type { Change, Extra, Part, Planner, Rule } from "./rule.ts";

const { pipeline, stage } = entities;
const isThere = (row: RecordRow | null): boolean => row !== null && row.deleted_at === null;
const comes = ({ before, after }: Change): boolean => !isThere(before) && isThere(after);
const goes = ({ before, after }: Change): boolean => isThere(before) && !isThere(after);

export const pipelineRule: Rule = {
  async before(ctx, changes, planner) {
    const own = changes.filter(({ follows }) => !follows);
    if (own.length === 0) return {};
    const one = await keepOneDefault(ctx, own, planner);
    const parts: Part[] = [...one.parts];
    const conditions: SQL[] = [one.condition];
    for (const change of own) {
      if (change.before === null) parts.push(await withStages(change, planner));
      else if (comes(change)) parts.push(await backWithStages(ctx, change, planner));
      else if (goes(change)) {
        const emptied = (change.given["moved"] ?? []) as string[];
        await mustBeEmpty(ctx, change.after, emptied);
        conditions.push(sql`not ${holdsDeals(ctx, "pipeline_id", change.after.id, emptied)}`);
        parts.push(await planner.changes(stage, (await stagesIn(ctx, [change.after.id])).map((before) => ({ before, after: { ...before, deleted_at: ctx.now }, given: {}, follows: true }))));
      }
    }
    const condition = and(...conditions);
    return { parts, ...(condition ? { condition } : {}) } satisfies Extra;
  },
};

/** Of several that want to be the default, the last. */
async function keepOneDefault(ctx: RecordContext, changes: readonly Change[], planner: Planner): Promise<{ parts: Part[]; condition: SQL }> {
  const current = (await ctx.db.first(pipelines, isDefault)) as RecordRow | null;
  const staying = changes.filter(({ after }) => isThere(after));
  const asking = staying.filter(({ before, after }) => after["is_default"] === true && !(isThere(before) && before?.["is_default"] === true));
  // One that comes back asks for nothing: somebody else is the default by now.
  const chosen = asking.findLast((change) => change.before === null || isThere(change.before)) ?? (current === null ? staying.find(comes) : undefined);
  const ofCurrent = current && changes.find(({ after }) => after.id === current.id);
  if (current && ofCurrent && !chosen) {
    if (goes(ofCurrent) && (await othersThan(ctx, changes))) throw new PlatformError("conflict", `The pipeline ${String(current["name"])} is the default. Make another the default first: PATCH /api/v1/pipelines/{id} {"is_default": true}.`);
    if (isThere(ofCurrent.after) && ofCurrent.after["is_default"] !== true) throw new PlatformError("conflict", "One pipeline has to be the default. Make another the default, and this one is it no longer.", [{ pointer: "/is_default", detail: "is the default" }]);
  }
  if (chosen) for (const { after } of staying) after["is_default"] = after.id === chosen.after.id;
  else for (const change of asking) change.after["is_default"] = false;
  const parts = chosen && current && !ofCurrent && chosen.after.id !== current.id ? [await planner.changes(pipeline, [{ before: current, after: { ...current, is_default: false }, given: {}, follows: true }])] : [];
  return { parts, condition: current ? ctx.db.exists(pipelines, and(isDefault, eq(pipelines.id, current.id))) : sql`not ${ctx.db.exists(pipelines, isDefault)}` };
}

async function othersThan({ db }: RecordContext, changes: readonly Change[]): Promise<boolean> {
  const going = changes.filter(goes).map(({ after }) => after.id);
  const there = await db.select(pipelines, { where: sql`${pipelines.deleted_at} is null`, limit: going.length + 1 });
  return there.some((row) => !going.includes(String((row as unknown as RecordRow).id)));
}

function withStages({ after, given }: Change, planner: Planner): Promise<Part> {
  const wanted = (given["stages"] ?? usualStages) as NewStage[];
  const names = wanted.map(({ name }) => name);
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (twice >= 0) throw new PlatformError("bad-request", `/stages/${twice}/name: there are two stages called ${names[twice]}`, [{ pointer: `/stages/${twice}/name`, detail: "taken" }]);
  if (!wanted.some(({ type = "open" }) => type === "open")) throw new PlatformError("bad-request", "/stages: a pipeline needs a stage of the type open", [{ pointer: "/stages", detail: "none is open" }]);
  return planner.records(stage, wanted.map((one, index) => ({ before: null, ...filledIn(one, index), also: { pipeline_id: after.id } })));
}

async function backWithStages({ db }: RecordContext, { before, after }: Change, planner: Planner): Promise<Part> {
  const rows = (await db.select(stages, { where: and(eq(pipelineOf, after.id), eq(stages.deleted_at, before?.deleted_at ?? 0)) })) as RecordRow[];
  return planner.changes(stage, rows.map((row) => ({ before: row, after: { ...row, deleted_at: null }, given: {}, follows: true })));
}

async function mustBeEmpty(ctx: RecordContext, { id, name }: RecordRow, moved: readonly string[]): Promise<void> {
  const [deal] = await dealsIn(ctx, "pipeline_id", id, { limit: 1, but: moved });
  if (deal) throw new PlatformError("conflict", `There are deals in the pipeline ${String(name)}. Say where they go: DELETE /api/v1/pipelines/${id}?move_to={pipeline}.`);
}
