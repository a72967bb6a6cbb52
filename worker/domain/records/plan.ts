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
import { Gate } from "../usage/gate.ts";
import { actorId, type RecordContext, userOf } from "./context.ts";
import { type CustomField, customFieldsOf, mergedCustom } from "./custom.ts";
import { mustBeThere, type Reference, referencesIn } from "./references.ts";
import { ruleOf } from "./rules/index.ts";
import type { Change, Planner, Wanted } from "./rules/rule.ts";
import { sealValue } from "./sensitive.ts";
import { stampTransitions } from "./transitions.ts";
import { changedFields, toStored } from "./values.ts";
import { emptyRow, verbOf, written } from "./write.ts";

export type { Wanted } from "./rules/rule.ts";

export interface Plan<T> {
  statements: Statement[];
  /** When the transaction begins; null: whatever. */
  condition: SQL | null;
  result: T;
  /** When it is carried out; may be left undone, as whoever dies in between does. */
  afterwards?: readonly (() => void)[];
  /** The line to wait in: as of a rule. */
  line?: string | undefined;
}

/** By tenant and what they wait for: who comes at the same time takes turns instead of undoing each other's plans. */
const lines = new Gate({ now: () => Date.now(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) });
const turn = { places: 1, holdMs: 5000, longest: 2000 };

/** So often a plan is made anew when others are quicker. */
const attempts = 8;

/**
 * Makes a plan and carries it out.
 * @throws PlatformError `conflict` when the same keeps changing
 */
export async function carryOut<T>(ctx: RecordContext, make: () => Promise<Plan<T>>): Promise<T> {
  let leave: (() => void) | null = null;
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const { statements, condition, result, afterwards = [], line } = await make();
      if (statements.length === 0) return result;
      if (line !== undefined) leave ??= await lines.enter(`${ctx.tenant} ${line}`, turn);
      if (condition === null) await ctx.db.batch(statements);
      else if (!(await ctx.db.batchIf(condition, statements))) continue;
      dispatchSoon(ctx);
      for (const go of afterwards) go();
      return result;
    }
  } finally {
    leave?.();
  }
  throw new PlatformError("conflict", "Others keep changing the same records at this moment. Try again.", undefined, 1);
}

/** Several plans in one transaction. */
export function together<T>(plans: readonly Plan<unknown>[], result: T): Plan<T> {
  const conditions = plans.flatMap(({ condition }) => (condition === null ? [] : [condition]));
  return { statements: plans.flatMap(({ statements }) => statements), condition: conditions.length === 0 ? null : (and(...conditions.map((one) => sql`(${one})`)) ?? null), result, afterwards: plans.flatMap(({ afterwards = [] }) => afterwards), line: plans.find(({ line }) => line !== undefined)?.line };
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
  const planner: Planner = { records: (kind, others) => planRecords(ctx, kind, others), changes: (kind, others) => planChanges(ctx, kind, others) };
  const extra = (await ruleOf(of.kind)?.before?.(ctx, real, planner)) ?? {};
  for (const change of real) stampTransitions(ctx, of, change);
  const { statements, condition } = await written(ctx, of, real, extra.events);
  return together([...(extra.parts ?? []), { statements, condition, result: null }, { statements: [...(extra.statements ?? [])], condition: extra.condition ?? null, result: null, afterwards: extra.afterwards ? [extra.afterwards] : [], line: extra.line }], result);
}

async function changeOf(ctx: RecordContext, of: AnyEntity, { before, given, also = {}, id, action }: Wanted, fields: readonly CustomField[]): Promise<Change> {
  const after: RecordRow = before === null ? { ...emptyRow(ctx, of, id), created_by: actorId(ctx) } : { ...before };
  const stored: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const field = of.fields[name];
    if (field) stored[name] = field.sensitive && value !== null ? await sealValue(ctx, of, after.id, name, value) : toStored(field, value);
  }
  if (given["tags"] !== undefined) stored["tags"] = [...new Set(given["tags"] as string[])];
  if (of.custom && (before === null || given["custom"] !== undefined)) stored["custom"] = mergedCustom(fields, before?.custom ?? null, (given["custom"] ?? {}) as Given);
  Object.assign(after, stored);
  const along = before === null ? Object.fromEntries(Object.keys(of.along).flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]]))) : {};
  // Whoever makes a record has it, unless it is given to somebody.
  if (before === null && of.owner !== null && given[of.owner] === undefined && of.owner === "owner_id") after[of.owner] = userOf(ctx);
  Object.assign(after, also);
  return { before, after, given: { ...stored, ...also, ...along }, ...(action === undefined ? {} : { action }) };
}

function distinct(references: readonly Reference[]): Reference[] {
  return [...new Map(references.map((one) => [`${one.to} ${one.id} ${one.pointer}`, one])).values()];
}
