/**
 * What refers to records: other records by their fields, lists of relations, what notes and
 * activities are about, attachments. Each is found by an index.
 * @module
 */
import { and, eq, isNull, type SQL } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { attachments } from "../../../db/schema/attachments.ts";
import { columnOf, type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import type { mergeMoves } from "../../../db/schema/merges.ts";
import { recordValues } from "../../../db/schema/records.ts";
import type { Row, Statement } from "../../../db/tenant-db.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import type { RecordReference } from "../../../sdk/schema/crm/fields.ts";
import { allEntities } from "../../../sdk/schema/crm/index.ts";
import type { RecordContext } from "./context.ts";
import { type Plan, planChanges, together } from "./plan.ts";
import type { Change } from "./rules/rule.ts";

export type Move = Omit<Row<typeof mergeMoves>, "tenant_id" | "merge_id">;

/** A field by which records of one kind refer to those of another. */
export interface Place {
  of: AnyEntity;
  field: string;
  how: "one" | "list" | "about";
}

/** One transaction moves so many. */
export const atOnce = 50;
const attachment = "attachment";
/** Before the name of a field: it named the survivor as well. */
const both = "+";

export function placesOf(kind: string): Place[] {
  return allEntities.flatMap((of): Place[] => {
    const fields = Object.entries(of.fields);
    const about = of.fields["record_type"] && of.fields["record_id"] ? [{ of, field: "record_id", how: "about" as const }] : [];
    return [...fields.flatMap(([field, { type, to }]): Place[] => (type === "record" && to === kind ? [{ of, field, how: "one" }] : type === "records" ? [{ of, field, how: "list" }] : [])), ...about];
  });
}

/** Whatever refers to some of these refers to another afterwards: up to `limit`. @returns what was moved; fewer than the limit are the last */
export async function planMoves(ctx: RecordContext, kind: string, from: readonly string[], to: string, limit = atOnce): Promise<Plan<Move[]>> {
  const plans: Plan<Move[]>[] = [];
  let left = limit;
  for (const [of, places] of Map.groupBy(placesOf(kind), (place) => place.of)) {
    const rows = new Map<string, RecordRow>();
    for (const place of places) if (rows.size < left) for (const row of await referring(ctx, place, kind, from, left - rows.size)) rows.set(row.id, row);
    const moved = [...rows.values()].map((before) => redirected(of, places, kind, before, from, to));
    // Nobody asked for the moves themselves: whoever may merge has them done.
    const plan = await planChanges({ ...ctx, access: null }, of, moved.map(({ change }) => change));
    plans.push({ ...plan, result: moved.flatMap(({ moves }) => moves) });
    left -= rows.size;
  }
  const files = left > 0 ? await ctx.db.select(attachments, { where: and(eq(attachments.record_type, kind), among(attachments.record_id, from), eq(attachments.state, "ready")), limit: left }) : [];
  const statements = files.length > 0 ? [ctx.db.update(attachments, { record_id: to }, among(attachments.id, files.map(({ id }) => id)))] : [];
  const moves = files.map(({ id, record_id }): Move => ({ kind: attachment, record_id: id, field: "record_id", from_id: record_id }));
  const all = [...plans, { statements, condition: null, result: moves }];
  return together(all, all.flatMap(({ result }) => result));
}

/** Served by an index of the field. */
export function referringWhere({ of, field, how }: Place, kind: string, ids: readonly string[]): SQL | undefined {
  const table = recordTable(of);
  return and(isNull(table.deleted_at), how === "about" ? eq(columnOf(table, "record_type"), kind) : undefined, among(columnOf(table, field), ids));
}

async function referring(ctx: RecordContext, place: Place, kind: string, ids: readonly string[], limit: number): Promise<RecordRow[]> {
  const { of, field, how } = place;
  const table = recordTable(of);
  if (how !== "list") return (await ctx.db.select(table, { where: referringWhere(place, kind, ids), limit })) as RecordRow[];
  const named = await ctx.db.select(recordValues, { where: and(eq(recordValues.kind, of.kind), eq(recordValues.field, field), among(recordValues.value, ids.map((id) => `${kind}:${id}`))), limit });
  return (await ctx.db.select(table, { where: and(isNull(table.deleted_at), among(table.id, named.map(({ record_id }) => record_id))) })) as RecordRow[];
}

function redirected(of: AnyEntity, places: readonly Place[], kind: string, before: RecordRow, from: readonly string[], to: string): { change: Change; moves: Move[] } {
  const after: RecordRow = { ...before };
  const moves: Move[] = [];
  for (const { field, how } of places) {
    if (how === "list") {
      const list = (before[field] ?? []) as RecordReference[];
      const had = list.some(({ type, id }) => type === kind && id === to);
      const named = list.filter(({ type, id }) => type === kind && from.includes(id));
      if (named.length === 0) continue;
      after[field] = once(list.map((one) => (named.includes(one) ? { type: kind, id: to } : one)));
      moves.push(...named.map(({ id }) => ({ kind: of.kind, record_id: before.id, field: had ? both + field : field, from_id: id })));
    } else if (from.includes(String(before[field])) && (how === "one" || before["record_type"] === kind)) {
      after[field] = to;
      moves.push({ kind: of.kind, record_id: before.id, field, from_id: String(before[field]) });
    }
  }
  return { change: { before, after, given: Object.fromEntries(moves.map(({ field }) => [field.replace(both, ""), after[field.replace(both, "")]])), follows: true }, moves };
}

const once = (list: readonly RecordReference[]): RecordReference[] => [...new Map(list.map((one) => [`${one.type}:${one.id}`, one])).values()];

/** Gives back what was moved, where it still refers to the survivor. */
export async function planMovesBack(ctx: RecordContext, kind: string, moves: readonly Move[], survivor: string): Promise<Plan<null>> {
  const plans: Plan<unknown>[] = [];
  for (const of of allEntities) {
    const mine = Map.groupBy(moves.filter((move) => move.kind === of.kind), ({ record_id }) => record_id);
    if (mine.size === 0) continue;
    const table = recordTable(of);
    const rows = (await ctx.db.select(table, { where: and(isNull(table.deleted_at), among(table.id, [...mine.keys()])) })) as RecordRow[];
    plans.push(await planChanges({ ...ctx, access: null }, of, rows.map((before) => returned(kind, before, mine.get(before.id) ?? [], survivor))));
  }
  const files = Map.groupBy(moves.filter((move) => move.kind === attachment), ({ from_id }) => from_id);
  const statements: Statement[] = Array.from(files, ([from, some]) => ctx.db.update(attachments, { record_id: from }, and(among(attachments.id, some.map(({ record_id }) => record_id)), eq(attachments.record_id, survivor))));
  return together([...plans, { statements, condition: null, result: null }], null);
}

function returned(kind: string, before: RecordRow, moves: readonly Move[], survivor: string): Change {
  const after: RecordRow = { ...before };
  for (const { field, from_id } of moves) {
    const name = field.replace(both, "");
    if (Array.isArray(after[name])) {
      const list = after[name] as RecordReference[];
      const kept = field.startsWith(both) ? list : list.filter(({ type, id }) => type !== kind || id !== survivor);
      if (list.some(({ type, id }) => type === kind && id === survivor)) after[name] = once([...kept, { type: kind, id: from_id }]);
    } else if (after[name] === survivor) after[name] = from_id;
  }
  return { before, after, given: Object.fromEntries(moves.map(({ field }) => [field.replace(both, ""), after[field.replace(both, "")]])), follows: true };
}
