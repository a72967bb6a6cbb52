/**
 * Filters over records, as the platform's lists take them (docs/crm.md), in memory.
 * @module
 */
import { type EventFilter, matchesFilter } from "../../schema/filter.ts";

type Values = Readonly<Record<string, unknown>>;

export function matchesRecord(filter: Values, record: Values, now: number): boolean {
  return Object.entries(filter).every(([name, wanted]) => {
    if (name === "$and") return (wanted as Values[]).every((one) => matchesRecord(one, record, now));
    if (name === "$or") return (wanted as Values[]).some((one) => matchesRecord(one, record, now));
    if (name === "$not") return !matchesRecord(wanted as Values, record, now);
    if (name === "custom") return matchesRecord(wanted as Values, (record["custom"] ?? {}) as Values, now);
    const value = record[name];
    if (wanted === null) return true;
    const conditions = typeof wanted === "object" && !Array.isArray(wanted) ? (wanted as Values) : { [Array.isArray(wanted) ? "$in" : "$eq"]: wanted };
    return Object.entries(conditions).every(([operator, operand]) => compares(operator, timed(operand, now), value));
  });
}

function compares(operator: string, operand: unknown, value: unknown): boolean {
  // A list, such as tags, is equal to each of what it holds.
  if (Array.isArray(value)) return operator === "$exists" ? value.length > 0 === operand : isNegative(operator) ? value.every((one) => compares(operator, operand, one)) : value.some((one) => compares(operator === "$contains" ? "$eq" : operator, operand, one));
  if (operator === "$starts") return typeof value === "string" && value.startsWith(String(operand));
  if (operator === "$contains") return typeof value === "string" && value.toLowerCase().includes(String(operand).toLowerCase());
  return matchesFilter({ value: { [operator]: operand } } as EventFilter, { value: value ?? null });
}

const isNegative = (operator: string): boolean => operator === "$ne" || operator === "$nin";
const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `@now-7d` and `@today` as the time they are. */
function timed(operand: unknown, now: number): unknown {
  const found = typeof operand === "string" ? /^@(now|today)(?:([+-])(\d{1,5})([mhdw]))?$/.exec(operand) : null;
  if (!found) return operand;
  const [, base, sign, count = "0", unit = "d"] = found;
  const begin = base === "today" ? now - (now % 86_400_000) : now;
  return new Date(begin + (sign === "-" ? -1 : 1) * Number(count) * (units[unit] ?? 0)).toISOString();
}
