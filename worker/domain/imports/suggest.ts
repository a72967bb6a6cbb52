/**
 * Which column is probably what, by its title, and how its values are written, by the first of them.
 * @module
 */
import type { ColumnMapping } from "../../../db/schema/imports.ts";
import { bareTitle, synonyms } from "./synonyms.ts";
import type { Target } from "./targets.ts";

/** How well a title fits a field; 0: not at all. */
function fit(title: string, { name, title: fieldTitle }: Target): number {
  const key = bareTitle(name.replace(/^custom\./, "").replace(/_id$/, ""));
  if (title === bareTitle(name) || title === key) return 3;
  if (title === bareTitle(fieldTitle)) return 2;
  return synonyms[name]?.includes(title) ? 1 : 0;
}

/** @param sample rows below the header */
export function suggestMapping(columns: readonly string[], targets: ReadonlyMap<string, Target>, sample: readonly string[][], language: string): ColumnMapping[] {
  const offers = columns.flatMap((column, index) => {
    const title = bareTitle(column);
    return title === "" ? [] : [...targets.values()].map((target, order) => ({ index, target, order, score: fit(title, target) }));
  });
  const taken = new Map<number, Target>();
  for (const { index, target, score } of offers.toSorted((one, other) => other.score - one.score || one.order - other.order || one.index - other.index)) {
    if (score > 0 && !taken.has(index) && ![...taken.values()].includes(target)) taken.set(index, target);
  }
  return columns.map((_, column) => {
    const target = taken.get(column);
    const values = sample.map((cells) => cells[column]?.trim() ?? "").filter((value) => value !== "");
    return target ? { column, field: target.name, ...formOf(target, values, language) } : { column, field: null };
  });
}

function formOf({ type }: Target, values: readonly string[], language: string): Pick<ColumnMapping, "date_format" | "decimal"> {
  if (type === "date" || type === "datetime") return { date_format: dateFormatOf(values, language) };
  if (type === "number" || type === "money" || type === "custom_money" || type === "integer") return { decimal: values.some((value) => /,\d{1,2}$|\.\d{3},/.test(value)) && !values.some((value) => /\.\d{1,2}$/.test(value)) ? "," : "." };
  return {};
}

function dateFormatOf(values: readonly string[], language: string): NonNullable<ColumnMapping["date_format"]> {
  const parts = values.flatMap((value) => {
    const found = /^(\d{1,4})[/.\- ](\d{1,2})[/.\- ](\d{1,4})/.exec(value);
    return found ? [found.slice(1).map(String)] : [];
  });
  if (parts.every(([first = ""]) => first.length === 4)) return values.every((value) => /^\d{4}-/.test(value)) ? "iso" : "ymd";
  if (parts.some(([first]) => Number(first) > 12)) return "dmy";
  if (parts.some(([, second]) => Number(second) > 12)) return "mdy";
  return /^en(-US)?$/i.test(language) ? "mdy" : "dmy";
}
