/**
 * From what somebody wants to what is written: values are checked, references looked up, rules
 * asked. A plan holds for what was read; when that has changed meanwhile, another is made.
 * @module
 */
import { and, sql, type SQL } from "drizzle-orm";
import type { RecordRow } from "../../../db/schema/record-tables.ts";
import type { Statement } from "../../../db/tenant-db.ts";
import type { AnyEntity, Given } from "../../../sdk/schema/crm/entity.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { dispatchSoon } from "../../events/emit.ts";
import { actorId, type RecordContext, userOf } from "./context.ts";
import { type CustomField, customFieldsOf, mergedCustom } from "./custom.ts";
import { mustBeThere, type Reference, referencesIn } from "./references.ts";
import { ruleOf } from "./rules/index.ts";
import type { Change } from "./rules/rule.ts";
import { sealValue } from "./sensitive.ts";
import { stampTransitions } from "./transitions.ts";
import { changedFields, toStored } from "./values.ts";
import { emptyRow, verbOf, written } from "./write.ts";

export interface Plan<T> {
  statements: Statement[];
  /** When the transaction begins; null: whatever. */
  condition: SQL | null;
  result: T;
}

/** So often a plan is made anew when others are quicker. */
const attempts = 8;

/**
 * Makes a plan and carries it out.
 * @throws PlatformError `conflict` when the same keeps changing
 */
export async function carryOut<T>(ctx: RecordContext, make: () => Promise<Plan<T>>): Promise<T> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { statements, condition, result } = await make();
    if (statements.length === 0) return result;
    if (condition === null) await ctx.db.batch(statements);
    else if (!(await ctx.db.batchIf(condition, statements))) continue;
    dispatchSoon(ctx);
    return result;
  }
  throw new PlatformError("conflict", "Others keep changing the same records at this moment. Try again.");
}

/** Several plans in one transaction. */
export function together<T>(plans: readonly Plan<unknown>[], result: T): Plan<T> {
  const conditions = plans.flatMap(({ condition }) => (condition === null ? [] : [condition]));
  return { statements: plans.flatMap(({ statements }) => statements), condition: conditions.length === 0 ? null : (and(...conditions.map((one) => sql`(${one})`)) ?? null), result };
}

/** What is wanted of one record; `before` null: a new one. */
export interface Wanted {
  before: RecordRow | null;
  /** As `newRecordSchema` or `changeSchema` gives it; fields that the platform sets may be among it. */
  given: Given;
  id?: string;
  action?: string;
}

/**
 * The rows that come of it.
 * @throws PlatformError `bad-request` for what refers to nothing or does not fit a field of the tenant's own
 */
export async function planRecords(ctx: RecordContext, of: AnyEntity, wanted: readonly Wanted[]): Promise<Plan<RecordRow[]>> {
  const fields = of.custom && wanted.some(({ before, given }) => before === null || given["custom"] !== undefined) ? await customFieldsOf(ctx.db, of) : [];
  await mustBeThere(ctx, distinct(wanted.flatMap(({ given }) => referencesIn(of, given, fields))));
  const changes = await Promise.all(wanted.map((one) => changeOf(ctx, of, one, fields)));
  return planChanges(ctx, of, changes);
}

/** The same for rows that are made already, such as deletions. */
export async function planChanges(ctx: RecordContext, of: AnyEntity, changes: readonly Change[]): Promise<Plan<RecordRow[]>> {
  const result = changes.map(({ after }) => after);
  const real = changes.filter((change) => change.before === null || verbOf(change) !== "updated" || changedFields(of, change.before, change.after).length > 0);
  if (real.length === 0) return { statements: [], condition: null, result };
  const extra = (await ruleOf(of.kind)?.before?.(ctx, real)) ?? {};
  for (const change of real) stampTransitions(ctx, of, change);
  const { statements, condition } = await written(ctx, of, real, extra.events);
  return together([{ statements, condition, result: null }, { statements: [...(extra.statements ?? [])], condition: extra.condition ?? null, result: null }], result);
}

async function changeOf(ctx: RecordContext, of: AnyEntity, { before, given, id, action }: Wanted, fields: readonly CustomField[]): Promise<Change> {
  const after: RecordRow = before === null ? { ...emptyRow(ctx, of, id), created_by: actorId(ctx) } : { ...before };
  const stored: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const field = of.fields[name];
    if (field) stored[name] = field.sensitive && value !== null ? await sealValue(ctx, of, after.id, name, value) : toStored(field, value);
  }
  if (given["tags"] !== undefined) stored["tags"] = [...new Set(given["tags"] as string[])];
  if (of.custom && (before === null || given["custom"] !== undefined)) stored["custom"] = mergedCustom(fields, before?.custom ?? null, (given["custom"] ?? {}) as Given);
  Object.assign(after, stored);
  // Whoever makes a record has it, unless it is given to somebody.
  if (before === null && of.owner !== null && given[of.owner] === undefined && of.owner === "owner_id") after[of.owner] = userOf(ctx);
  return { before, after, given: stored, ...(action === undefined ? {} : { action }) };
}

function distinct(references: readonly Reference[]): Reference[] {
  return [...new Map(references.map((one) => [`${one.to} ${one.id} ${one.pointer}`, one])).values()];
}
