import { and, eq } from "drizzle-orm";
import type { z } from "zod";
import { newId } from "../../../db/ids.ts";
import type { JsonObject } from "../../../db/schema/json.ts";
import { savedViews } from "../../../db/schema/views.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { entityAt } from "../../../sdk/schema/crm/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { audited } from "../audit/record.ts";
import { actorId, type RecordContext } from "../records/context.ts";
import { sortableFields } from "../records/list.ts";
import { faultsOf } from "./faults.ts";
import { type newView, showView, type viewChange, type ViewRow, type viewShown, viewToChange, withoutTenant } from "./view.ts";

type Shown = z.input<typeof viewShown>;

/** Of one person or key. */
const mostViews = 300;

function entityOf(path: string): AnyEntity {
  const of = entityAt.get(path);
  if (!of) throw new PlatformError("bad-request", `/entity: there are no ${path}`, [{ pointer: "/entity", detail: "unknown" }]);
  return of;
}

async function mustFit(ctx: RecordContext, view: ViewRow): Promise<void> {
  const of = entityOf(view.entity);
  const faults = await faultsOf(ctx, of, view, sortableFields(of));
  if (faults[0]) throw new PlatformError("bad-request", `${faults[0].pointer}: ${faults[0].detail}`, faults);
}

/** @throws PlatformError `bad-request`, naming what of the view is at fault */
export async function createView({ ctx, input }: { ctx: RecordContext; input: z.output<typeof newView> }): Promise<Shown> {
  const owner = actorId(ctx);
  const row: ViewRow = { ...input, filter: input.filter as JsonObject, id: newId(ctx.now), tenant_id: ctx.db.tenant, owner_id: owner, version: 1, created_at: ctx.now, updated_at: ctx.now };
  await mustFit(ctx, row);
  if (owner !== null && (await ctx.db.count(savedViews, eq(savedViews.owner_id, owner))) >= mostViews) throw new PlatformError("conflict", `You have ${mostViews} views: delete one first.`);
  await ctx.db.batch([ctx.db.insert(savedViews, withoutTenant(row)), audited(ctx, { action: "view.create", entityId: row.id, after: showView(row) })]);
  return showView(row);
}

/** @throws PlatformError `not-found`, `conflict`, `bad-request`, `version-conflict` */
export async function updateView({ ctx, id, input, version }: { ctx: RecordContext; id: string; input: z.output<typeof viewChange>; version: number | null }): Promise<Shown> {
  for (;;) {
    const before = await viewToChange(ctx, id, version);
    const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as Partial<ViewRow>;
    const after: ViewRow = { ...before, ...given, version: before.version + 1, updated_at: ctx.now };
    await mustFit(ctx, after);
    const same = ctx.db.exists(savedViews, and(eq(savedViews.id, id), eq(savedViews.version, before.version)));
    const done = await ctx.db.batchIf(same, [ctx.db.update(savedViews, { ...given, version: after.version, updated_at: after.updated_at }, eq(savedViews.id, id)), audited(ctx, { action: "view.update", entityId: id, before: showView(before), after: showView(after) })]);
    if (done) return showView(after);
  }
}

/** @throws PlatformError `not-found`, `conflict`, `version-conflict` */
export async function deleteView({ ctx, id, version }: { ctx: RecordContext; id: string; version: number | null }): Promise<void> {
  const before = await viewToChange(ctx, id, version);
  await ctx.db.batch([ctx.db.delete(savedViews, eq(savedViews.id, id)), audited(ctx, { action: "view.delete", entityId: id, before: showView(before) })]);
}
