/**
 * How an import is set up: what each column becomes, what counts as the same record, and what
 * happens then.
 * @module
 */
import { z } from "zod";
import type { ColumnMapping } from "../../../db/schema/imports.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { schemas } from "../../../sdk/schema/crm/fields.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { TenantActor } from "../../auth/actor.ts";
import { isMasked } from "../../auth/mask-fields.ts";
import type { CustomField } from "../records/custom.ts";
import { delimiters } from "./dialect.ts";
import { keysOf, targetsOf } from "./targets.ts";

const text = z.string().max(500).refine((value) => value.isWellFormed() && !value.includes("\0"), "text without NUL");

export const columnMapping = z.strictObject({
  column: z.number().int().min(0).max(499).describe("Place in the file, the first is 0"),
  field: z.string().max(80).nullable().describe("`email`, `address.city`, `custom.size`, `tags`; null: it is left out"),
  date_format: z.enum(["iso", "dmy", "mdy", "ymd"]).optional().describe("The order of day, month and year; `iso` when left out"),
  decimal: z.enum([".", ","]).optional().describe("What parts the decimals; `.` when left out"),
  unit: z.enum(["major", "minor"]).optional().describe("Amounts are in euros and dollars (`major`, when left out), or in cents"),
  timezone: schemas.timezone.optional().describe("Of times without one; the tenant's when left out"),
  values: z.record(text, text).optional().describe('What the file says, and what is meant: `{"Novo": "new"}`'),
  default: text.optional().describe("Where the cell is empty"),
});

export const dedupe = z.strictObject({
  keys: z.array(z.string().max(80)).max(5).describe("Fields that tell records apart, such as `email`, `phone`, `tax_id`, `external_id`: alike in one of them, in this order, is the same record"),
  mode: z.enum(["skip", "update", "create"]).describe("What becomes of a row whose record is there already"),
});

export const importSettings = z.strictObject({
  mapping: z.array(columnMapping).max(500).optional(),
  dedupe: dedupe.optional(),
  options: z
    .strictObject({ fire_events: z.boolean().optional().describe("false: no workflow starts, and no webhook is sent"), tag: schemas.id.nullable().optional().describe("Id of a tag for every record") })
    .optional(),
  delimiter: z.enum(delimiters).optional(),
  encoding: z.enum(["utf-8", "windows-1252"]).optional().describe("When it was not recognised"),
  has_header: z.boolean().optional(),
});
export type ImportSettings = z.output<typeof importSettings>;

const refused = (pointer: string, detail: string): PlatformError => new PlatformError("bad-request", `${pointer}: ${detail}`, [{ pointer, detail }]);

/** @throws PlatformError `bad-request`, naming the column; `forbidden` for what the actor sees masked */
export function checkMapping(of: AnyEntity, custom: readonly CustomField[], mapping: readonly ColumnMapping[], columns: number, access: TenantActor | null): void {
  const targets = targetsOf(of, custom);
  const taken = new Set<string>();
  const read = new Set<number>();
  for (const [index, { column, field }] of mapping.entries()) {
    const at = `/mapping/${index}`;
    if (column >= columns) throw refused(`${at}/column`, `the file has ${columns} columns`);
    if (read.has(column)) throw refused(`${at}/column`, "is named twice");
    read.add(column);
    if (field === null) continue;
    if (!targets.has(field)) throw refused(`${at}/field`, `there is no field ${field} that can be imported; there are ${[...targets.keys()].join(", ")}`);
    if (taken.has(field)) throw refused(`${at}/field`, `${field} has a column already`);
    taken.add(field);
    const [name = ""] = field.split(".");
    if (access && isMasked(access, of.path, name)) throw new PlatformError("forbidden", `Your role shows ${name} masked: what you cannot see you cannot import.`, [{ pointer: `${at}/field`, detail: "masked for you" }]);
  }
}

/** @throws PlatformError `bad-request` */
export function checkDedupe(of: AnyEntity, custom: readonly CustomField[], { keys, mode }: z.output<typeof dedupe>, mapping: readonly ColumnMapping[]): void {
  const possible = keysOf(of, custom);
  for (const [index, key] of keys.entries()) {
    if (!possible.includes(key)) throw refused(`/dedupe/keys/${index}`, `${key} cannot tell records apart; these can: ${possible.join(", ")}`);
    if (mode !== "create" && !mapping.some(({ field }) => field === key)) throw refused(`/dedupe/keys/${index}`, `no column becomes ${key}`);
  }
  if (mode !== "create" && keys.length === 0) throw refused("/dedupe/keys", `to ${mode} records that are there, name what tells them apart`);
}
