/**
 * Filters over records, in the language that events are filtered in (sdk/schema/filter.ts),
 * with `$or`, `$and`, `$not`, `$starts`, and words for what changes: `@me`, `@now`, `@now-7d`,
 * `@today`.
 * @module
 */
import { and, eq, gt, gte, isNull, lt, lte, not, or, sql, type SQL } from "drizzle-orm";
import { columnOf, recordTable, tags } from "../../../db/schema/record-tables.ts";
import { recordValues } from "../../../db/schema/records.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import type { AnyField } from "../../../sdk/schema/crm/fields.ts";
import { isMasked } from "../../auth/mask-fields.ts";
import { byIndex, compareColumn, fault, oneOf, startsWith, unknownComparison } from "./compare-column.ts";
import { type RecordContext, userOf } from "./context.ts";
import { type CustomField, customFieldsOf } from "./custom.ts";
import { comparedValue, comparisonFault } from "./custom-filter.ts";
import { searchHash } from "./sensitive.ts";
import { type Part, type Way, wayByColumn, waysOfAll } from "./ways.ts";

export type RecordFilter = { readonly [field: string]: unknown };
type Of = Pick<RecordContext, "db" | "env" | "now" | "access" | "actor">;

const deepest = 6;
/** Fields of the row itself. */
const times = new Set(["created_at", "updated_at"]);

/** Conditions in one filter at most: each costs a search of its own. */
const most = 50;

/** @throws PlatformError `bad-request`, saying where the filter is at fault */
export async function filterSql(ctx: Of, of: AnyEntity, filter: RecordFilter): Promise<SQL | undefined> {
  const compiler = new Compiler(ctx, of);
  return compiler.all(filter, "", 0);
}

/** The same, condition by condition, with how each finds records by itself: all of them hold together. @throws PlatformError as {@link filterSql} does */
export async function filterParts(ctx: Of, of: AnyEntity, filter: RecordFilter): Promise<Part[]> {
  return new Compiler(ctx, of).parts(filter, "", 0);
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

class Compiler {
  readonly #ctx: Of;
  readonly #of: AnyEntity;
  #count = 0;
  #fields: Promise<CustomField[]> | undefined;
  readonly #ways = new WeakMap<SQL, Way>();

  constructor(ctx: Of, of: AnyEntity) {
    this.#ctx = ctx;
    this.#of = of;
  }

  async all(filter: unknown, at: string, depth: number): Promise<SQL | undefined> {
    if (!isObject(filter)) throw fault(at, "has to be an object of fields");
    if (depth > deepest) throw fault(at, `is nested more than ${deepest} deep`);
    const parts = await Promise.all(Object.entries(filter).map(([name, value]) => this.#one(name, value, `${at}/${name}`, depth)));
    return and(...parts);
  }

  async parts(filter: unknown, at: string, depth: number): Promise<Part[]> {
    const entries = isObject(filter) && depth <= deepest ? Object.entries(filter) : [];
    const found = await Promise.all(
      entries.map(async ([name, value]): Promise<Part[]> => {
        const where = await this.#one(name, value, `${at}/${name}`, depth);
        if (where === undefined) return [];
        const branches = name === "$or" && Array.isArray(value) ? await Promise.all(value.map((one, index) => this.parts(one, `${at}/$or/${index}`, depth + 1))) : null;
        return [{ where, way: branches ? waysOfAll(branches) : (this.#ways.get(where) ?? null), ...(name.startsWith("$") ? {} : { about: name }) }];
      }),
    );
    return found.flat();
  }

  async #one(name: string, value: unknown, at: string, depth: number): Promise<SQL | undefined> {
    if (++this.#count > most) throw fault(at, `there are more than ${most} conditions`);
    if (name === "$and" || name === "$or") {
      if (!Array.isArray(value) || value.length === 0) throw fault(at, "takes a list of filters");
      const parts = await Promise.all(value.map((one, index) => this.all(one, `${at}/${index}`, depth + 1)));
      return name === "$and" ? and(...parts) : parts.some((part) => part === undefined) ? undefined : or(...parts);
    }
    if (name === "$not") {
      const inner = await this.all(value, at, depth + 1);
      return inner && sql`not coalesce(${inner}, 0)`;
    }
    if (name === "custom" && isObject(value)) return and(...(await Promise.all(Object.entries(value).map(([key, one]) => this.#one(`custom.${key}`, one, `${at}/${key}`, depth)))));
    const { access } = this.#ctx;
    if (access && isMasked(access, this.#of.path, name)) throw fault(at, "your role shows this field masked: it cannot be searched");
    // Null is any, as in the filters of events.
    if (value === null) return undefined;
    const conditions = isObject(value) ? value : { [Array.isArray(value) ? "$in" : "$eq"]: value };
    const parts = await Promise.all(Object.entries(conditions).map(([operator, operand]) => this.#compare(name, operator, operand, at)));
    const [only] = parts;
    if (parts.length === 1) return only;
    const whole = and(...parts);
    // Of `from … to` on a column.
    if (whole && parts.every((part) => this.#ways.get(part)?.field === name)) this.#ways.set(whole, wayByColumn(this.#ctx.db.tenant, this.#of, name, whole, false));
    return whole;
  }

  /** With what the column's index finds by it. */
  #column(name: string, operator: string, operand: unknown, at: string): SQL {
    const where = compareColumn(columnOf(recordTable(this.#of), name), operator, operand, at);
    if (byIndex.has(operator) && (name === "updated_at" || name === "id" || this.#of.fields[name]?.indexed)) this.#ways.set(where, wayByColumn(this.#ctx.db.tenant, this.#of, name, where, operator === "$eq"));
    return where;
  }

  async #compare(name: string, operator: string, operand: unknown, at: string): Promise<SQL> {
    const table = recordTable(this.#of);
    if (name === "id" || name === "version") return this.#column(name, operator, operand, at);
    if (times.has(name)) return this.#column(name, operator, this.#time(operand, at), at);
    if (name === "created_by") return compareColumn(table.created_by, operator, this.#user(operand), at);
    if (name === "tags" && this.#of.tags) return this.#among(name, operator, operand, at);
    if (name.startsWith("custom.") && this.#of.custom) return this.#own(name, operator, operand, at);
    const field = this.#of.fields[name];
    if (!field) throw fault(at, `there is no field ${name}; there are ${Object.keys(this.#of.fields).join(", ")}`);
    if (field.sensitive) return this.#sealed(name, field, operator, operand, at);
    if (field.type === "records") return this.#among(name, operator, operand, at);
    const asked = field.type === "datetime" ? this.#time(operand, at) : field.type === "user" ? this.#user(operand) : field.type === "date" ? this.#day(operand) : operand;
    return this.#column(name, operator, field.type === "email" && typeof asked === "string" ? asked.toLowerCase() : asked, at);
  }

  /** Found by the whole value alone. */
  async #sealed(name: string, { type }: AnyField, operator: string, operand: unknown, at: string): Promise<SQL> {
    if (operator === "$exists") return compareColumn(columnOf(recordTable(this.#of), name), operator, operand, at);
    if (type !== "tax_id" || operator !== "$eq" || typeof operand !== "string") throw fault(at, type === "tax_id" ? "is found by the whole number alone" : "is encrypted: it cannot be searched");
    return this.#has(`~${name}`, eq(recordValues.value, await searchHash(this.#ctx, operand)));
  }

  /** One of the tenant's own fields. */
  async #own(name: string, operator: string, operand: unknown, at: string): Promise<SQL> {
    const fields = await (this.#fields ??= customFieldsOf(this.#ctx.db, this.#of));
    const field = fields.find(({ key }) => name === `custom.${key}`);
    if (!field) throw fault(at, `there is no field ${name.slice(7)} of the tenant's own; there ${fields.length === 0 ? "are none" : `are ${fields.map(({ key }) => key).join(", ")}`}`);
    const wrong = comparisonFault(field, operator);
    if (wrong !== null) throw fault(at, wrong);
    const asked = { me: userOf(this.#ctx), day: (text: string) => this.#dayOf(text) };
    const value = (one: unknown): string | number => {
      const read = comparedValue(field, one, asked);
      if ("fault" in read) throw fault(at, read.fault);
      return read.value;
    };
    if (operator === "$contains" && field.type !== "multiselect") return this.#has(name, sql`instr(${recordValues.value}, ${value(operand)}) > 0`);
    return this.#among(name, operator, operand, at, value);
  }

  /** Of values that stand in `record_values`. */
  #among(name: string, operator: string, operand: unknown, at: string, read?: (one: unknown) => string | number): SQL {
    const value = (one: unknown): string | number => {
      if (read) return read(one);
      if (typeof one !== "string") throw fault(at, "compares with texts");
      return one;
    };
    const list = (): (string | number)[] => {
      if (!Array.isArray(operand) || operand.length === 0 || operand.length > 100) throw fault(at, `${operator} takes a list of 1 to 100 values`);
      return operand.map(value);
    };
    const column = recordValues.value;
    switch (operator) {
      case "$eq":
      case "$contains":
        return this.#has(name, eq(column, value(operand)), true);
      case "$ne":
        return not(this.#has(name, eq(column, value(operand))));
      case "$in":
        return this.#has(name, oneOf(column, list()), true);
      case "$nin":
        return not(this.#has(name, oneOf(column, list())));
      case "$exists":
        return operand ? this.#has(name, sql`true`) : not(this.#has(name, sql`true`));
      case "$starts":
        return this.#has(name, startsWith(column, String(value(operand))));
      case "$gt":
        return this.#has(name, gt(column, value(operand)));
      case "$gte":
        return this.#has(name, gte(column, value(operand)));
      case "$lt":
        return this.#has(name, lt(column, value(operand)));
      case "$lte":
        return this.#has(name, lte(column, value(operand)));
      default:
        throw unknownComparison(operator, at);
    }
  }

  /** @param exact `condition` names values: with the record's id they are a key of the table */
  #has(name: string, condition: SQL, exact = false): SQL {
    const { db } = this.#ctx;
    const table = recordTable(this.#of);
    const where = and(eq(recordValues.tenant_id, db.tenant), eq(recordValues.kind, this.#of.kind), eq(recordValues.field, name), condition);
    // A tag that is deleted is being taken off its records: nothing is found by it from then on.
    const alive = name === "tags" ? sql`${recordValues.value} in (select ${tags.id} from ${tags} where ${and(eq(tags.tenant_id, db.tenant), isNull(tags.deleted_at))})` : undefined;
    const way = sql`select ${recordValues.record_id} from ${recordValues} where ${and(where, alive)}`;
    const has = sql`${table.id} in (${way})`;
    // Of records at hand: their values are few. By their numbers, for SQLite would read all of the tenant's values.
    const few = sql`${recordValues}.rowid in (select rowid from ${recordValues} where ${recordValues.tenant_id} = ${table.tenant_id} and ${recordValues.record_id} = ${table.id} and ${recordValues.kind} = ${this.#of.kind})`;
    this.#ways.set(has, { ids: way, field: null, inOrder: false, check: sql`exists (select 1 from ${recordValues} where ${and(exact ? and(where, eq(recordValues.record_id, table.id)) : and(few, eq(recordValues.field, name), condition), alive)})` });
    return has;
  }

  #user(operand: unknown): unknown {
    if (Array.isArray(operand)) return operand.map((one) => this.#user(one));
    return operand === "@me" ? (userOf(this.#ctx) ?? "@me") : operand;
  }

  #time(operand: unknown, at: string): unknown {
    if (typeof operand === "boolean" || operand === null) return operand;
    if (Array.isArray(operand)) return operand.map((one) => this.#time(one, at));
    const ms = typeof operand === "string" ? relative(operand, this.#ctx.now) ?? Date.parse(operand) : Number.NaN;
    if (!Number.isFinite(ms)) throw fault(at, "compares with a time such as 2026-11-21T10:00:00Z, @now, @now-7d or @today");
    return ms;
  }

  #day(operand: unknown): unknown {
    if (Array.isArray(operand)) return operand.map((one) => this.#day(one));
    return (typeof operand === "string" ? this.#dayOf(operand) : null) ?? operand;
  }

  #dayOf(text: string): string | null {
    const ms = relative(text, this.#ctx.now);
    return ms === null ? null : new Date(ms).toISOString().slice(0, 10);
  }
}

const units: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `@now-7d`, `@today+1w`: ms; null when it is nothing of the kind. Days begin in UTC. */
function relative(text: string, now: number): number | null {
  const found = /^@(now|today)(?:([+-])(\d{1,5})([mhdw]))?$/.exec(text);
  if (!found) return null;
  const [, base, sign, count = "0", unit = "d"] = found;
  const begin = base === "today" ? now - (now % 86_400_000) : now;
  return begin + (sign === "-" ? -1 : 1) * Number(count) * (units[unit] ?? 0);
}
