/**
 * Filters over records, in the language that events are filtered in (sdk/schema/filter.ts),
 * with `$or`, `$and`, `$not`, `$starts`, and words for what changes: `@me`, `@now`, `@now-7d`,
 * `@today`.
 * @module
 */
import { and, eq, gt, gte, isNotNull, isNull, lt, lte, ne, not, or, sql, type SQL } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import { columnOf, recordTable, tags } from "../../../db/schema/record-tables.ts";
import { recordValues } from "../../../db/schema/records.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import type { AnyField } from "../../../sdk/schema/crm/fields.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { isMasked } from "../../auth/mask-fields.ts";
import { type RecordContext, userOf } from "./context.ts";
import { type CustomField, customFieldsOf } from "./custom.ts";
import { comparedValue, comparisonFault } from "./custom-filter.ts";
import { searchHash } from "./sensitive.ts";

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

const fault = (at: string, detail: string): PlatformError => new PlatformError("bad-request", `filter${at}: ${detail}`, [{ pointer: `/query/filter${at}`, detail }]);
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

class Compiler {
  readonly #ctx: Of;
  readonly #of: AnyEntity;
  #count = 0;
  #fields: Promise<CustomField[]> | undefined;

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
    return and(...(await Promise.all(Object.entries(conditions).map(([operator, operand]) => this.#compare(name, operator, operand, at)))));
  }

  async #compare(name: string, operator: string, operand: unknown, at: string): Promise<SQL> {
    const table = recordTable(this.#of);
    if (name === "id" || name === "version") return compareColumn(columnOf(table, name), operator, operand, at);
    if (times.has(name)) return compareColumn(columnOf(table, name), operator, this.#time(operand, at), at);
    if (name === "created_by") return compareColumn(table.created_by, operator, this.#user(operand), at);
    if (name === "tags" && this.#of.tags) return this.#among(name, operator, operand, at);
    if (name.startsWith("custom.") && this.#of.custom) return this.#own(name, operator, operand, at);
    const field = this.#of.fields[name];
    if (!field) throw fault(at, `there is no field ${name}; there are ${Object.keys(this.#of.fields).join(", ")}`);
    if (field.sensitive) return this.#sealed(name, field, operator, operand, at);
    if (field.type === "records") return this.#among(name, operator, operand, at);
    const asked = field.type === "datetime" ? this.#time(operand, at) : field.type === "user" ? this.#user(operand) : field.type === "date" ? this.#day(operand) : operand;
    return compareColumn(columnOf(table, name), operator, field.type === "email" && typeof asked === "string" ? asked.toLowerCase() : asked, at);
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
        return this.#has(name, eq(column, value(operand)));
      case "$ne":
        return not(this.#has(name, eq(column, value(operand))));
      case "$in":
        return this.#has(name, oneOf(column, list()));
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
        throw unknown(operator, at);
    }
  }

  #has(name: string, condition: SQL): SQL {
    const { db } = this.#ctx;
    const table = recordTable(this.#of);
    const where = and(eq(recordValues.tenant_id, db.tenant), eq(recordValues.kind, this.#of.kind), eq(recordValues.field, name), condition);
    // A tag that is deleted is being taken off its records: nothing is found by it from then on.
    const alive = name === "tags" ? sql`${recordValues.value} in (select ${tags.id} from ${tags} where ${and(eq(tags.tenant_id, db.tenant), isNull(tags.deleted_at))})` : undefined;
    return sql`${table.id} in (select ${recordValues.record_id} from ${recordValues} where ${and(where, alive)})`;
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

const unknown = (operator: string, at: string): PlatformError => fault(at, `there is no comparison ${operator}; there are $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $exists, $contains, $starts`);

/** As one parameter: D1 takes a hundred to a statement. */
const oneOf = (column: SQLiteColumn, values: readonly (string | number)[]): SQL => sql`${column} in (select value from json_each(${JSON.stringify(values)}))`;

const startsWith = (column: SQLiteColumn, text: string): SQL => sql`${column} >= ${text} and ${column} < ${`${text}\u{10FFFF}`}`;

function compareColumn(column: SQLiteColumn, operator: string, operand: unknown, at: string): SQL {
  const single = (): string | number | boolean => {
    if (typeof operand !== "string" && typeof operand !== "boolean" && !(typeof operand === "number" && Number.isFinite(operand))) throw fault(at, `${operator} compares with a text, a number or a boolean`);
    return operand;
  };
  const list = (): (string | number)[] => {
    if (!Array.isArray(operand) || operand.length === 0 || operand.length > 100 || !operand.every((one) => typeof one === "string" || typeof one === "number")) throw fault(at, `${operator} takes a list of 1 to 100 values`);
    return operand as (string | number)[];
  };
  switch (operator) {
    case "$eq":
      return operand === null ? isNull(column) : eq(column, single());
    case "$ne":
      return operand === null ? isNotNull(column) : (or(ne(column, single()), isNull(column)) as SQL);
    case "$gt":
      return gt(column, single());
    case "$gte":
      return gte(column, single());
    case "$lt":
      return lt(column, single());
    case "$lte":
      return lte(column, single());
    case "$in":
      return oneOf(column, list());
    case "$nin":
      return sql`(${column} is null or ${not(oneOf(column, list()))})`;
    case "$exists":
      return operand ? isNotNull(column) : isNull(column);
    case "$contains":
      return sql`instr(lower(${column}), ${String(single()).toLowerCase()}) > 0`;
    case "$starts":
      return startsWith(column, String(single()));
    default:
      throw unknown(operator, at);
  }
}
