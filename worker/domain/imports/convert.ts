/**
 * From a row of the file to what is wanted of a record, or to what is wrong with it.
 * @module
 */
import { type Given, newRecordSchema } from "../../../sdk/schema/crm/entity.ts";
import { customSchema } from "../records/custom.ts";
import { cleaned, readCell } from "./cells.ts";
import type { Job } from "./job.ts";
import type { FileRow } from "./reader.ts";
import { bareTitle } from "./synonyms.ts";
import type { Target } from "./targets.ts";

export interface RowError {
  /** Title of the column. */
  column: string | null;
  /** As it stands there, shortened. */
  value: string | null;
  message: string;
}

/** A text that stands for a record, a person, a team. */
export interface Mention {
  target: Target;
  text: string;
  column: string;
}

export interface Candidate {
  row: number;
  given: Given;
  mentions: Mention[];
  /** Names of tags. */
  tags: string[];
  errors: RowError[];
}

const longestShown = 40;

export function errorAt({ title, target }: { title: string; target: Pick<Target, "sensitive"> }, text: string, message: string): RowError {
  return { column: title, value: target.sensitive ? "…" : text.length > longestShown ? `${text.slice(0, longestShown).toWellFormed()}…` : text, message };
}

const refers = new Set(["user", "team", "record"]);

/** What the tenant writes stands for what the field knows. */
function translated(values: Record<string, string> | undefined, text: string): string {
  if (!values) return text;
  const bare = bareTitle(text);
  return values[text] ?? Object.entries(values).find(([from]) => bareTitle(from) === bare)?.[1] ?? text;
}

export function convertRow(job: Job, row: number, { cells, fault }: FileRow): Candidate {
  const candidate: Candidate = { row, given: {}, mentions: [], tags: [], errors: [] };
  if (fault !== null) return { ...candidate, errors: [{ column: null, value: null, message: fault }] };
  const { given, mentions, tags, errors } = candidate;
  const custom: Given = {};
  const parts = new Map<string, Given>();
  const manner = { timezone: job.timezone, currency: currencyOf(job, cells) };
  for (const column of job.mapping) {
    const { target } = column;
    const text = translated(column.values, cleaned(cells[column.column] ?? "")) || (column.default ?? "");
    if (text === "") continue;
    const read = readCell(target, text, column, manner);
    if ("fault" in read) {
      errors.push(errorAt(column, text, read.fault));
      continue;
    }
    const [name = "", part] = target.name.split(".");
    if (refers.has(target.type)) mentions.push({ target, text, column: column.title });
    else if (target.type === "tags") tags.push(...(read.value as string[]));
    else if (part !== undefined && name === "custom") keep(custom, part, schemaOfCustom(job, part).safeParse(read.value), column, text);
    else if (part !== undefined) parts.set(name, { ...parts.get(name), [part]: read.value });
    else keep(given, name, job.of.fields[name]?.schema.safeParse(read.value), column, text);
  }
  for (const [name, value] of parts) keep(given, name, job.of.fields[name]?.schema.safeParse(value), job.mapping.find(({ target }) => target.name.startsWith(`${name}.`)), "");
  if (Object.keys(custom).length > 0) given["custom"] = custom;
  return candidate;

  function keep(into: Given, name: string, parsed: { success: boolean; data?: unknown; error?: { issues: readonly { message: string; path: PropertyKey[] }[] } | undefined } | undefined, column: Parameters<typeof errorAt>[0] | undefined, text: string): void {
    if (parsed?.success) into[name] = parsed.data;
    else if (column) errors.push(errorAt(column, text, wanted(parsed?.error?.issues[0])));
  }
}

const wanted = (issue: { message: string; path: PropertyKey[] } | undefined): string => (issue === undefined ? "does not fit" : /^(an?|one|whole|text|the) /.test(issue.message) ? `is not ${issue.message}` : `${issue.path.length > 0 ? `${issue.path.map(String).join(".")}: ` : ""}${issue.message}`);

function schemaOfCustom({ custom }: Job, key: string) {
  const field = custom.find((one) => one.key === key);
  if (!field) throw new Error(`there is no field ${key}`);
  return customSchema(field);
}

function currencyOf({ mapping, of }: Job, cells: readonly string[]): string {
  const column = mapping.find(({ target }) => target.type === "currency");
  const text = column ? cleaned(cells[column.column] ?? "").toUpperCase() || (column.default ?? "") : "";
  const standard = Object.values(of.fields).find(({ type }) => type === "currency")?.default;
  return /^[A-Z]{3}$/.test(text) ? text : typeof standard === "string" ? standard : "USD";
}

/** The rest of a new record: its defaults, or what is missing. */
export function asNew(job: Job, candidate: Candidate): Given | RowError[] {
  const { given } = candidate;
  const missing = [...job.targets.values()].filter(({ name, required }) => required && (name.startsWith("custom.") ? (given["custom"] as Given | undefined)?.[name.slice(7)] : given[name]) === undefined);
  if (missing.length > 0) return missing.map(({ title, name }) => ({ column: job.mapping.find(({ target }) => target.name === name)?.title ?? null, value: null, message: `${title} is missing` }));
  const parsed = newRecordSchema(job.of).safeParse(given);
  return parsed.success ? parsed.data : parsed.error.issues.map(({ message, path }) => ({ column: job.mapping.find(({ target }) => target.name === path.map(String).join("."))?.title ?? (path.map(String).join(".") || null), value: null, message }));
}
