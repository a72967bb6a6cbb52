/**
 * What a view names that is not there (any more): fields, the tenant's own ones among them,
 * stages, tags.
 * @module
 */
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { RecordContext } from "../records/context.ts";
import { customFieldsOf } from "../records/custom.ts";
import { filterSql } from "../records/filter.ts";
import { missingOf, type Reference } from "../records/references.ts";
import type { ViewRow } from "./view.ts";

export interface Fault {
  pointer: string;
  detail: string;
}

type Wanted = Pick<ViewRow, "filter" | "sort" | "columns" | "grouped_by">;
interface Named {
  field: string;
  value: unknown;
  pointer: string;
}

const always = new Set(["id", "version", "created_at", "updated_at", "created_by", "deleted_at", "tags"]);

/** @param sortable fields that lists are sorted by */
export async function faultsOf(ctx: RecordContext, of: AnyEntity, view: Wanted, sortable: readonly string[]): Promise<Fault[]> {
  const named = namesIn(view.filter, "/filter");
  const columns = [...view.columns.map((field, index) => ({ field, pointer: `/columns/${index}` })), ...(view.grouped_by === null ? [] : [{ field: view.grouped_by, pointer: "/grouped_by" }])];
  const own = new Set([...named, ...columns].some(({ field }) => field.startsWith("custom.")) ? (await customFieldsOf(ctx.db, of)).map(({ key }) => `custom.${key}`) : []);
  const gone = [...named, ...columns].filter(({ field }) => field.startsWith("custom.") && !own.has(field)).map(({ field, pointer }) => ({ pointer, detail: `there is no field ${field} of the tenant's own${field.endsWith(".") ? "" : " (any more)"}` }));
  const unknown = columns.filter(({ field }) => !field.startsWith("custom.") && !always.has(field) && !of.fields[field]).map(({ field, pointer }) => ({ pointer, detail: `there is no field ${field}` }));
  const sort = view.sort === null || sortable.includes(view.sort.replace(/^-/, "")) ? [] : [{ pointer: "/sort", detail: `one of ${sortable.join(", ")}, with - before it for the highest first` }];
  const missing = (await missingOf(ctx, named.flatMap((one) => referencesOf(of, one)))).map(({ to, id, pointer }) => ({ pointer, detail: `there is no ${to} ${id} (any more)` }));
  return [...(await faultOfFilter(ctx, of, view)), ...gone, ...unknown, ...sort, ...missing];
}

async function faultOfFilter(ctx: RecordContext, of: AnyEntity, { filter }: Wanted): Promise<Fault[]> {
  try {
    await filterSql(ctx, of, filter);
    return [];
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== "bad-request") throw error;
    return [{ pointer: error.errors?.[0]?.pointer.replace(/^\/query/, "") ?? "/filter", detail: error.errors?.[0]?.detail ?? error.message }];
  }
}

function namesIn(filter: unknown, at: string): Named[] {
  if (Array.isArray(filter)) return filter.flatMap((one, index) => namesIn(one, `${at}/${index}`));
  if (typeof filter !== "object" || filter === null) return [];
  return Object.entries(filter as Record<string, unknown>).flatMap(([name, value]): Named[] => {
    const pointer = `${at}/${name}`;
    if (name.startsWith("$")) return namesIn(value, pointer);
    if (name === "custom" && typeof value === "object" && value !== null) return Object.entries(value).map(([key, one]) => ({ field: `custom.${key}`, value: one as unknown, pointer: `${pointer}/${key}` }));
    return [{ field: name, value, pointer }];
  });
}

/** Records that a condition compares with. */
function referencesOf(of: AnyEntity, { field, value, pointer }: Named): Reference[] {
  const to = field === "tags" && of.tags ? "tag" : of.fields[field]?.type === "record" ? of.fields[field]?.to : undefined;
  return to === undefined ? [] : textsIn(value).map((id) => ({ to, id, pointer }));
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return typeof value === "object" && value !== null ? Object.entries(value).flatMap(([operator, one]) => (operator === "$starts" || operator === "$contains" ? [] : textsIn(one))) : [];
}
