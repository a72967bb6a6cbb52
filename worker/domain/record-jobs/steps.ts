/**
 * What a job does, step by step. Records are found by what is to be changed of them, so that a
 * step that was cut off goes on with those that are left. Deleted records stand in no index of
 * values: they are gone through, so that none comes back with what is gone.
 * @module
 */
import { and, asc, eq, gt, isNotNull, isNull, sql } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { columnOf, type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import type { RecordWork } from "../../../db/schema/record-jobs.ts";
import { recordValues } from "../../../db/schema/records.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { allEntities, entityOfKind } from "../../../sdk/schema/crm/index.ts";
import type { RecordContext } from "../records/context.ts";
import { folded } from "../records/index-values.ts";
import { sensitiveFields } from "../records/sensitive.ts";
import { resealed } from "./reseal.ts";
import { type Rewrite, rewrite, rowsOf } from "./rewrite.ts";

export const atOnce = 200;

/** One chunk. */
export type Step = (ctx: RecordContext, after: string | null) => Promise<{ after: string | null; done: boolean }>;

export function stepsOf(work: RecordWork, subject: string): Step[] {
  switch (work.do) {
    case "remove_field":
      return ofOne(work.kind, `custom.${work.key}`, null, ({ custom }) => (Object.hasOwn(custom, work.key) ? { custom: without(custom, work.key) } : null));
    case "replace_option":
      return ofOne(work.kind, `custom.${work.key}`, folded(work.from), ({ custom }) => replaced(custom, work.key, work.from, work.to), work.to !== null && folded(work.to) === folded(work.from));
    case "remove_tag":
      return allEntities.filter(({ tags }) => tags).flatMap((of) => ofOne(of.kind, "tags", subject, ({ tags }) => (tags.includes(subject) ? { tags: tags.filter((one) => one !== subject) } : null)));
    case "clear_category":
      return allEntities.flatMap((of) => categoryFields(of).flatMap((name) => [referring(of, name, subject), deletedOnes(of, (row) => (row[name] === subject ? { [name]: null } : null))]));
    case "reseal":
      return allEntities.filter((of) => sensitiveFields(of).length > 0).flatMap((of) => [resealing(of, false), resealing(of, true)]);
  }
}

/** Fields that hold the id of a category. */
export const categoryFields = (of: AnyEntity): string[] => Object.entries(of.fields).flatMap(([name, { to }]) => (to === "category" ? [name] : []));

const without = (values: Record<string, unknown>, key: string): Record<string, unknown> => Object.fromEntries(Object.entries(values).filter(([name]) => name !== key));

function replaced(custom: Record<string, unknown>, key: string, from: string, to: string | null): Partial<RecordRow> | null {
  const value = custom[key];
  if (value === from) return { custom: to === null ? without(custom, key) : { ...custom, [key]: to } };
  if (!Array.isArray(value) || !value.includes(from)) return null;
  const rest = [...new Set(value.flatMap((one: unknown) => (one === from ? (to ?? []) : one)))];
  return { custom: rest.length === 0 ? without(custom, key) : { ...custom, [key]: rest } };
}

/** @param value as `record_values` has it; null: whatever it is */
function ofOne(kind: string, field: string, value: string | null, change: Rewrite, stays = false): Step[] {
  const of = entityOfKind.get(kind);
  return of ? [stays && value !== null ? stillHaving(of, field, value, change) : having(of, field, value, change), deletedOnes(of, change)] : [];
}

/** Of an option that is written otherwise, in upper or lower case alone: records are found by it before and after. */
function stillHaving(of: AnyEntity, field: string, value: string, change: Rewrite): Step {
  return async (ctx, after) => {
    const where = and(eq(recordValues.kind, of.kind), eq(recordValues.field, field), eq(recordValues.value, value), after === null ? undefined : gt(recordValues.record_id, after));
    const ids = (await ctx.db.select(recordValues, { where, orderBy: asc(recordValues.record_id), limit: atOnce })).map(({ record_id }) => record_id);
    await rewrite(ctx, of, await rowsOf(ctx, of, ids), change);
    return { after: ids.at(-1) ?? null, done: ids.length < atOnce };
  };
}

function having(of: AnyEntity, field: string, value: string | null, change: Rewrite): Step {
  return async (ctx) => {
    const where = and(eq(recordValues.kind, of.kind), eq(recordValues.field, field), value === null ? undefined : eq(recordValues.value, value));
    const ids = [...new Set((await ctx.db.select(recordValues, { where, limit: atOnce })).map(({ record_id }) => record_id))];
    if (ids.length === 0) return { after: null, done: true };
    const rows = await rowsOf(ctx, of, ids);
    const there = new Set(rows.map(({ id }) => id));
    // What says so of records that have it no more goes by itself: it would be found for ever.
    const stale = [...ids.filter((id) => !there.has(id)), ...(await rewrite(ctx, of, rows, change))];
    // The plus: by their records, not by reading all values of the field.
    const theirs = and(eq(recordValues.kind, of.kind), sql`+${recordValues.field} = ${field}`, value === null ? undefined : sql`+${recordValues.value} = ${value}`);
    if (stale.length > 0) await ctx.db.remove(recordValues, and(theirs, among(recordValues.record_id, stale)));
    return { after: null, done: false };
  };
}

function referring(of: AnyEntity, name: string, id: string): Step {
  return async (ctx) => {
    const table = recordTable(of);
    const rows = (await ctx.db.select(table, { where: and(isNull(table.deleted_at), eq(columnOf(table, name), id)), orderBy: asc(table.id), limit: atOnce })) as RecordRow[];
    await rewrite(ctx, of, rows, () => ({ [name]: null }));
    return { after: null, done: rows.length === 0 };
  };
}

function deletedOnes(of: AnyEntity, change: Rewrite): Step {
  return async (ctx, after) => {
    const table = recordTable(of);
    const [at, id] = after === null ? [] : (JSON.parse(after) as [number, string]);
    const beyond = after === null ? undefined : sql`(${table.deleted_at}, ${table.id}) > (${at}, ${id})`;
    const rows = (await ctx.db.select(table, { where: and(isNotNull(table.deleted_at), beyond), orderBy: sql`${asc(table.deleted_at)}, ${asc(table.id)}`, limit: atOnce })) as RecordRow[];
    await rewrite(ctx, of, rows, change);
    const last = rows.at(-1);
    return { after: last ? JSON.stringify([last.deleted_at, last.id]) : null, done: rows.length < atOnce };
  };
}

function resealing(of: AnyEntity, deleted: boolean): Step {
  return async (ctx, after) => {
    const table = recordTable(of);
    const place = deleted ? isNotNull(table.deleted_at) : isNull(table.deleted_at);
    const [at, id] = after === null ? [] : (JSON.parse(after) as [number, string]);
    const beyond = after === null ? undefined : deleted ? sql`(${table.deleted_at}, ${table.id}) > (${at}, ${id})` : gt(table.id, id ?? "");
    const order = deleted ? sql`${asc(table.deleted_at)}, ${asc(table.id)}` : asc(table.id);
    const rows = (await ctx.db.select(table, { where: and(place, beyond), orderBy: order, limit: atOnce / 2 })) as RecordRow[];
    await ctx.db.batch(await resealed(ctx, of, rows));
    const last = rows.at(-1);
    return { after: last ? JSON.stringify([last.deleted_at ?? 0, last.id]) : null, done: rows.length < atOnce / 2 };
  };
}
