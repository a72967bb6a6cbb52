/**
 * Filters by the tenant's own fields, which stand in `record_values`: texts there are folded,
 * amounts are numbers, what is true is 1. What a filter says is read as its field's type says.
 * @module
 */
import type { CustomField } from "./custom.ts";
import { folded } from "./index-values.ts";

type Type = CustomField["type"];
/** What is compared with, as the table has it. */
export type Compared = string | number;

/** The comparisons that mean something; each type's own. */
const ordered = ["$gt", "$gte", "$lt", "$lte"];
const equal = ["$eq", "$ne", "$in", "$nin", "$exists"];
const comparisons: Record<Type, readonly string[]> = {
  text: [...equal, "$contains", "$starts", ...ordered],
  url: [...equal, "$contains", "$starts"],
  number: [...equal, ...ordered],
  money: [...equal, ...ordered],
  date: [...equal, ...ordered],
  boolean: equal,
  select: equal,
  multiselect: [...equal, "$contains"],
  user: equal,
};

/** Null when the comparison can be made; else what is wrong. */
export function comparisonFault({ key, type }: Pick<CustomField, "key" | "type">, operator: string): string | null {
  return comparisons[type].includes(operator) ? null : `${key} is a ${type}: it is compared by ${comparisons[type].join(", ")}`;
}

export interface Asked {
  /** Days as `@today` says them; null when it is nothing of the kind. */
  day(text: string): string | null;
  /** `@me`; null for keys and executions. */
  me: string | null;
}

/** The value, or what is wrong with it. */
export function comparedValue({ key, type, options }: Pick<CustomField, "key" | "type" | "options">, value: unknown, { day, me }: Asked): { value: Compared } | { fault: string } {
  const fault = (what: string) => ({ fault: `${key} is compared with ${what}` });
  switch (type) {
    case "number":
      return typeof value === "number" && Number.isFinite(value) ? { value } : fault("a number");
    case "money":
      return typeof value === "number" && Number.isFinite(value) ? { value } : fault("an amount in minor units, such as 1990");
    case "boolean":
      return typeof value === "boolean" ? { value: Number(value) } : fault("true or false");
    case "date": {
      const text = typeof value === "string" ? (day(value) ?? value) : "";
      return /^\d{4}-\d{2}-\d{2}$/.test(text) ? { value: text } : fault("a day such as 2026-11-21 or @today");
    }
    case "select":
    case "multiselect":
      return typeof value === "string" && options.some((one) => folded(one) === folded(value)) ? { value: folded(value) } : fault(`one of ${options.join(", ")}`);
    case "user":
      return typeof value === "string" ? { value: folded(value === "@me" ? (me ?? value) : value) } : fault("the id of a user, or @me");
    default:
      return typeof value === "string" ? { value: folded(value) } : fault("a text");
  }
}
