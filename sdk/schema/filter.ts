/**
 * Filters over the data of events: what a trigger starts for, what a waiting step waits for,
 * what a webhook subscription is sent.
 * @module
 */
type Scalar = string | number | boolean;
/** `$eq`, `$ne`, `$gt`, `$gte`, `$lt`, `$lte` compare; `$in`, `$nin` take lists; `$exists` asks whether the field is there and not null; `$contains` looks into texts and lists; `$changed` asks whether an update changed it. */
export type Comparison = {
  readonly $eq?: Scalar | null;
  readonly $ne?: Scalar | null;
  readonly $gt?: string | number;
  readonly $gte?: string | number;
  readonly $lt?: string | number;
  readonly $lte?: string | number;
  readonly $in?: readonly (Scalar | null)[];
  readonly $nin?: readonly (Scalar | null)[];
  readonly $exists?: boolean;
  readonly $contains?: Scalar;
  readonly $changed?: boolean;
};
/** A value: the same one. A list: one of them. Null: any. An object: its own fields, or a comparison. */
export type FilterValue = null | Scalar | readonly Scalar[] | Comparison | EventFilter;
/** By field; `a.b` looks into the field `b` of `a`. All of them have to match. */
export interface EventFilter {
  readonly [field: string]: FilterValue;
}

const operators = new Set(["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists", "$contains", "$changed"]);
const deepest = 8;

/** As JSON gives it: a Date or a Map has no fields that could be looked into. */
function isObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
const isScalar = (value: unknown): value is Scalar => typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));

/** Whether an object of a filter compares its field, and does not look into it. */
export function isComparison(value: object): value is Comparison {
  return Object.keys(value).some((key) => key.startsWith("$"));
}

/** What is wrong with a filter; null when nothing is. */
export function faultOf(filter: unknown, at = "", depth = 0): string | null {
  const here = at === "" ? "the filter" : at;
  if (!isObject(filter)) return `${here} has to be an object of fields`;
  if (depth > deepest) return `${here} is nested more than ${deepest} deep`;
  for (const [field, value] of Object.entries(filter)) {
    const fault = faultOfValue(value, at === "" ? field : `${at}.${field}`, depth);
    if (fault !== null) return fault;
  }
  return null;
}

function faultOfValue(value: unknown, at: string, depth: number): string | null {
  if (value === null || isScalar(value)) return null;
  if (Array.isArray(value)) return value.every(isScalar) ? null : `the list of ${at} may hold texts, numbers and booleans`;
  if (!isObject(value)) return `${at} cannot be compared with ${typeof value === "object" ? `a ${value.constructor.name}: write dates as ISO 8601 texts` : String(value)}`;
  if (!isComparison(value)) return faultOf(value, at, depth + 1);
  for (const [name, operand] of Object.entries(value)) {
    const fault = faultOfOperand(name, operand);
    if (fault !== null) return `${at}: ${fault}`;
  }
  return null;
}

function faultOfOperand(name: string, operand: unknown): string | null {
  if (!operators.has(name)) return `there is no comparison ${name}; there are ${[...operators].join(", ")}`;
  if (name === "$in" || name === "$nin") return Array.isArray(operand) && operand.every((one) => one === null || isScalar(one)) ? null : `${name} takes a list of texts, numbers and booleans`;
  if (name === "$exists" || name === "$changed") return typeof operand === "boolean" ? null : `${name} takes true or false`;
  if (name === "$eq" || name === "$ne") return operand === null || isScalar(operand) ? null : `${name} takes a text, a number, a boolean or null`;
  if (name === "$contains") return isScalar(operand) ? null : "$contains takes a text, a number or a boolean";
  return typeof operand === "string" || (typeof operand === "number" && Number.isFinite(operand)) ? null : `${name} takes a number or a text`;
}

/** @throws TypeError saying what is wrong */
export function checkedFilter(filter: unknown, where: string): EventFilter {
  const fault = faultOf(filter);
  if (fault !== null) throw new TypeError(`${where}: ${fault}`);
  return filter as EventFilter;
}

/** A field that is not there; null is there. */
const missing = Symbol("missing");

/**
 * Whether data fits a filter. A field that is missing fits only null, `$exists: false`, `$ne` and
 * `$nin`. Texts compare by code unit, so ISO 8601 times compare as times; a text and a number
 * never compare.
 * @param changes of an update: the fields that changed, as they were before
 */
export function matchesFilter(filter: EventFilter, data: unknown, changes: unknown = null): boolean {
  return Object.entries(filter).every(([field, wanted]) => {
    const path = pathIn(data, field);
    return fits(wanted, lookUp(data, path), lookUp(changes, path));
  });
}

/** A field whose name has a dot is found before the path that it could be. */
const pathIn = (data: unknown, field: string): readonly string[] => (isObject(data) && Object.hasOwn(data, field) ? [field] : field.split("."));

function lookUp(data: unknown, path: readonly string[]): unknown {
  let value = data;
  for (const name of path) {
    const holds = isObject(value) || (Array.isArray(value) && name !== "length");
    if (!holds || !Object.hasOwn(value as object, name)) return missing;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

function fits(wanted: FilterValue, value: unknown, before: unknown): boolean {
  if (wanted === null) return true;
  if (typeof wanted !== "object") return value === wanted;
  if (Array.isArray(wanted)) return wanted.includes(value as Scalar);
  if (isComparison(wanted)) return Object.entries(wanted).every(([name, operand]) => compares(name, operand, value, before));
  return matchesFilter(wanted as EventFilter, value, before);
}

function compares(name: string, operand: unknown, value: unknown, before: unknown): boolean {
  switch (name) {
    case "$eq":
      return value === operand;
    case "$ne":
      return value !== operand;
    case "$in":
      return (operand as unknown[]).includes(value);
    case "$nin":
      return !(operand as unknown[]).includes(value);
    case "$exists":
      return (value !== missing && value !== null) === operand;
    case "$changed":
      return (before !== missing) === operand;
    case "$contains":
      return typeof value === "string" ? typeof operand === "string" && value.includes(operand) : Array.isArray(value) && value.includes(operand);
    default:
      return isOrdered(name, value, operand);
  }
}

function isOrdered(name: string, value: unknown, operand: unknown): boolean {
  const numbers = typeof value === "number" && typeof operand === "number";
  const texts = typeof value === "string" && typeof operand === "string";
  if (!numbers && !texts) return false;
  if (name === "$gt") return value > operand;
  if (name === "$gte") return value >= operand;
  return name === "$lt" ? value < operand : value <= operand;
}
