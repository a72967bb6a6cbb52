/**
 * What is done with records: found, made, changed. Each change is a plan of worker/domain/records,
 * so that history, event and words come with it.
 * @module
 */
import type { RecordRow } from "../../db/schema/record-tables.ts";
import { recordTable } from "../../db/schema/record-tables.ts";
import { recordSpecs } from "../../sdk/schema/actions/records.ts";
import type { ActionSpec } from "../../sdk/schema/actions/spec.ts";
import type { AnyEntity, Given } from "../../sdk/schema/crm/entity.ts";
import { allEntities } from "../../sdk/schema/crm/index.ts";
import { PlatformError } from "../../sdk/schema/problem.ts";
import { findRecord, mustBeAllowed } from "../domain/records/access.ts";
import { planDelete } from "../domain/records/delete.ts";
import type { RecordFilter } from "../domain/records/filter.ts";
import { conditionOf, listRecords, sortableFields } from "../domain/records/list.ts";
import { type Plan, planRecords } from "../domain/records/plan.ts";
import { show } from "../domain/records/show.ts";
import { planUpdate } from "../domain/records/update.ts";
import { action, type Action, type ActionContext, type Becoming, type Planned } from "./action.ts";
import { planTag } from "./tags.ts";

interface Selected {
  filter?: RecordFilter;
  q?: string;
}

function actionsOf(of: AnyEntity): Action[] {
  const specs = recordSpecs.get(of.kind) ?? {};
  const made = <P>(spec: ActionSpec | undefined, plan: (ctx: ActionContext, params: P) => Promise<Planned>): Action[] => (spec ? [action(spec, (ctx, params) => plan(ctx, params as P))] : []);
  return [
    ...made<Selected & { sort?: string; limit: number; cursor?: string }>(specs.find, async (ctx, { filter, q, sort = "-created_at", limit, cursor }) => {
      const sortable = sortableFields(of);
      if (!sortable.includes(sort.replace(/^-/, ""))) throw new PlatformError("bad-request", `sort: ${of.path} are sorted by ${sortable.join(", ")}, with - before it for the highest first`, [{ pointer: "/sort", detail: "not a field to sort by" }]);
      const { data, pagination } = await listRecords({ ctx, of, input: { filter, q, sort, limit, cursor, count: "false", deleted: "false", fields: undefined, expand: undefined } });
      return read({ data, next_cursor: pagination.next_cursor });
    }),
    ...made<{ id: string; reveal?: readonly string[] }>(specs.get, async (ctx, { id, reveal = [] }) => read(await show(ctx, of, await findRecord(ctx, of, id), reveal))),
    ...made<Selected>(specs.count, async (ctx, { filter, q }) => {
      mustBeAllowed(ctx, of, "read");
      return read(await ctx.db.count(recordTable(of), await conditionOf(ctx, of, { filter, q, deleted: "false" })));
    }),
    ...made<{ values: Given }>(specs.create, async (ctx, { values }) => {
      mustBeAllowed(ctx, of, "write");
      return shown(ctx, of, await planRecords(ctx, of, [{ before: null, given: values }]), null);
    }),
    ...made<{ id: string; change: Given; version?: number }>(specs.update, async (ctx, { id, change, version = null }) => {
      const { before, ...plan } = await planUpdate(ctx, of, { id, input: change, version });
      return shown(ctx, of, plan, before);
    }),
    ...made<{ id: string; version?: number }>(specs.delete, async (ctx, { id, version = null }) => {
      const { before, ...plan } = await planDelete(ctx, of, { id, version });
      return { ...plan, result: { id }, changes: [{ type: of.kind, id, before: await show(ctx, of, before), after: null }] };
    }),
    ...made<{ id: string; tag: string; create: boolean }>(specs.add_tag, async (ctx, { id, tag, create }) => {
      const { before, ...plan } = await planTag(ctx, of, { id, tag, create, add: true });
      return shown(ctx, of, plan, before);
    }),
    ...made<{ id: string; tag: string }>(specs.remove_tag, async (ctx, { id, tag }) => {
      const { before, ...plan } = await planTag(ctx, of, { id, tag, create: false, add: false });
      return shown(ctx, of, plan, before);
    }),
  ];
}

const read = (result: unknown): Planned => ({ statements: [], result });

/** The plan of one record's change, its result as the interface shows it. */
export async function shown(ctx: ActionContext, of: AnyEntity, { result, ...plan }: Plan<RecordRow[]>, before: RecordRow | null): Promise<Planned & { result: { id: string } }> {
  const [row] = result as [RecordRow];
  const after = await show(ctx, of, row);
  return { ...plan, result: after, changes: [await becoming(ctx, of, before, after)] };
}

/** Of a change only the fields that differ. */
async function becoming(ctx: ActionContext, of: AnyEntity, row: RecordRow | null, after: Given & { id: string }): Promise<Becoming> {
  if (row === null) return { type: of.kind, id: after.id, before: null, after };
  const before = await show(ctx, of, row);
  const names = Object.keys(after).filter((name) => !["version", "updated_at"].includes(name) && JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  const pick = (from: Given): Given => Object.fromEntries(names.map((name) => [name, from[name] ?? null]));
  return { type: of.kind, id: after.id, before: pick(before), after: pick(after) };
}

export const recordActions: readonly Action[] = allEntities.flatMap(actionsOf);
