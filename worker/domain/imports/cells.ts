/**
 * From what a cell says to a value of a field. What the field itself allows is asked afterwards,
 * of its schema.
 * @module
 */
import type { ColumnMapping } from "../../../db/schema/imports.ts";
import { offsetAt } from "../../../durable-objects/scheduler/zone.ts";
import { bareTitle } from "./synonyms.ts";
import type { Target } from "./targets.ts";

export type Read = { value: unknown } | { fault: string };

/** How values are written where the column does not say. */
export interface Manner {
  /** Of times without one. */
  timezone: string;
  /** Of the row's amounts. */
  currency: string;
}

const yes = new Set(["1", "true", "t", "yes", "y", "x", "si", "s", "sim", "verdadero", "verdadeiro", "on"]);
const no = new Set(["0", "false", "f", "no", "n", "nao", "falso", "off"]);

/** Exports put an apostrophe before what a spreadsheet would compute. */
export const cleaned = (cell: string): string => cell.trim().replace(/^'(?=\s*[=+\-@|%\t\r])/, "");

/** How many decimals a currency has. */
export function decimalsOf(currency: string): number {
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

function numberOf(text: string, decimal: "." | ","): number | null {
  const bare = text.replaceAll(/[\s\u00A0\u202F]|[A-Z]{3}|R\$|[$€£¥%]/g, "");
  const grouped = decimal === "," ? /^[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?$/ : /^[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?$/;
  if (!grouped.test(bare)) return null;
  return Number(decimal === "," ? bare.replaceAll(".", "").replace(",", ".") : bare.replaceAll(",", ""));
}

const orders = { dmy: [2, 1, 0], mdy: [2, 0, 1], ymd: [0, 1, 2], iso: [0, 1, 2] } as const;

/** `2026-11-21` of a day as it is written; null when it is none. */
function dayOf(text: string, format: keyof typeof orders): string | null {
  const found = /^(\d{1,4})[/.\- ](\d{1,2})[/.\- ](\d{1,4})$/.exec(text);
  if (!found) return null;
  const parts = found.slice(1).map(Number);
  const [year = 0, month = 0, day = 0] = orders[format].map((place) => parts[place]);
  // Two digits: those to come within twenty years, or past.
  const full = year < 100 ? (year < 50 ? 2000 + year : 1900 + year) : year;
  const date = new Date(Date.UTC(full, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.toISOString().slice(0, 10) : null;
}

/** A time as clocks there show it. */
function instantOf(day: string, hours: number, minutes: number, seconds: number, zone: string): string {
  const wall = Date.parse(`${day}T00:00:00Z`) + ((hours * 60 + minutes) * 60 + seconds) * 1000;
  const guess = wall - offsetAt(zone, wall);
  return new Date(wall - offsetAt(zone, guess)).toISOString();
}

function timeOf(text: string, format: keyof typeof orders, zone: string): string | null {
  if (/^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:?\d{2})$/.test(text)) return Number.isFinite(Date.parse(text)) ? new Date(text).toISOString() : null;
  const [date = "", clock = "", half = ""] = text.replace(/(?<=\d)T(?=\d)/, " ").replace(",", "").split(/\s+/);
  const day = dayOf(date, format);
  const found = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?$/.exec(clock === "" ? "0:00" : clock);
  if (day === null || !found) return null;
  const [hours = 0, minutes = 0, seconds = 0] = found.slice(1).map((part) => Number(part ?? 0));
  const later = /^p\.?m/i.test(half) ? (hours % 12) + 12 : /^a\.?m/i.test(half) ? hours % 12 : hours;
  return later > 23 || minutes > 59 || seconds > 59 ? null : instantOf(day, later, minutes, seconds, zone);
}

function optionOf(text: string, options: readonly string[]): string | null {
  const bare = bareTitle(text);
  return options.find((option) => option === text) ?? options.find((option) => bareTitle(option) === bare) ?? null;
}

const oneOf = (options: readonly string[]): string => `is none of ${options.slice(0, 12).join(", ")}`;
const list = (text: string): string[] => [...new Set(text.split(/[;|,]/).map((one) => one.trim()).filter((one) => one !== ""))];
const orFault = (value: unknown, fault: string): Read => (value === null ? { fault } : { value });

/** @param text not empty. Of what refers to something else it gives the text: resolve.ts looks it up */
export function readCell({ type, options }: Target, text: string, mapping: ColumnMapping, manner: Manner): Read {
  const [decimal, format] = [mapping.decimal ?? ".", mapping.date_format ?? "iso"];
  switch (type) {
    case "integer":
    case "number":
      return orFault(numberOf(text, decimal), `is not a number as 1234${decimal}5`);
    case "money":
    case "custom_money": {
      const amount = numberOf(text, decimal);
      if (amount === null) return { fault: `is not an amount as 1234${decimal}50` };
      const currency = /\b[A-Z]{3}\b/.exec(text)?.[0] ?? manner.currency;
      const minor = mapping.unit === "minor" ? amount : Math.round(amount * 10 ** decimalsOf(currency));
      return { value: type === "money" ? minor : { amount: minor, currency } };
    }
    case "date":
      return orFault(dayOf(text.replace(/[T\s]\d{1,2}:.*$/, ""), format), `is not a day written as ${format}`);
    case "datetime":
      return orFault(timeOf(text, format, mapping.timezone ?? manner.timezone), `is not a time written as ${format}`);
    case "boolean": {
      const word = bareTitle(text);
      return yes.has(word) ? { value: true } : no.has(word) ? { value: false } : { fault: "is neither yes nor no" };
    }
    case "select":
      return orFault(optionOf(text, options), oneOf(options));
    case "multiselect": {
      const found = list(text).map((one) => optionOf(one, options));
      return found.includes(null) ? { fault: `has a value that ${oneOf(options)}` } : { value: found };
    }
    case "currency":
      return { value: text.toUpperCase() };
    case "url":
      return { value: /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}` };
    case "tags":
      return { value: list(text) };
    default:
      return { value: text };
  }
}
