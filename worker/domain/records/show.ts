/**
 * Records as they are shown: what is sensitive is opened for those who may see it, and what
 * their role masks is masked, wherever a record is shown.
 * @module
 */
import type { RecordRow } from "../../../db/schema/record-tables.ts";
import type { AnyEntity, Given } from "../../../sdk/schema/crm/entity.ts";
import { isMasked, maskFields } from "../../auth/mask-fields.ts";
import type { RecordContext } from "./context.ts";
import { customFieldsOf } from "./custom.ts";
import { maskedValue, openValue, sensitiveFields } from "./sensitive.ts";
import { plainView } from "./values.ts";

type Of = Pick<RecordContext, "db" | "env" | "now" | "access">;

export interface Shown extends Given {
  id: string;
  version: number;
}

/** @param reveal sensitive fields that an execution asked for by name; people see what their role does not mask */
export async function show(ctx: Of, of: AnyEntity, row: RecordRow, reveal: readonly string[] = []): Promise<Shown> {
  return shown(ctx, of, row, await ownKeys(ctx, of, [row]), reveal);
}

export async function showAll(ctx: Of, of: AnyEntity, rows: readonly RecordRow[], reveal: readonly string[] = []): Promise<Shown[]> {
  const keys = await ownKeys(ctx, of, rows);
  return Promise.all(rows.map((row) => shown(ctx, of, row, keys, reveal)));
}

/** The tenant's own fields; values of one that was deleted stay in records for a while. Null: the records have none. */
async function ownKeys({ db }: Of, of: AnyEntity, rows: readonly RecordRow[]): Promise<ReadonlySet<string> | null> {
  if (!of.custom || rows.every(({ custom }) => Object.keys(custom).length === 0)) return null;
  return new Set((await customFieldsOf(db, of)).map(({ key }) => key));
}

async function shown(ctx: Of, of: AnyEntity, row: RecordRow, keys: ReadonlySet<string> | null, reveal: readonly string[]): Promise<Shown> {
  const view = plainView(of, row) as Shown;
  if (keys) view["custom"] = Object.fromEntries(Object.entries(row.custom).filter(([key]) => keys.has(key)));
  for (const [name, field] of sensitiveFields(of)) {
    const value = await openValue(ctx, of, row, name);
    const seen = ctx.access === null ? reveal.includes(name) : !isMasked(ctx.access, of.path, name);
    view[name] = seen ? value : maskedValue(field, value);
  }
  if (ctx.access === null) return view;
  // Sensitive fields have masks of their own.
  const masked = Object.fromEntries(Object.entries(view).filter(([name]) => !of.fields[name]?.sensitive));
  return { ...view, ...maskFields(ctx.access, of.path, masked) };
}
