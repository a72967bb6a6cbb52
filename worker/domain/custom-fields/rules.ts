/**
 * What a field of the tenant's own may be.
 * @module
 */
import { z } from "zod";
import type { Json, JsonObject } from "../../../db/schema/json.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { TenantContext } from "../context.ts";
import { type CustomField, customSchema } from "../records/custom.ts";
import { mustBeThere } from "../records/references.ts";
import { viewField } from "./view.ts";

export const mostFields = 100;

export const keySchema = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, "lower case letters, digits and `_`, at most 40, a letter first");
export const titleSchema = z.string().trim().min(1).max(100);
const option = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .refine((value) => value.isWellFormed() && !value.includes("\0"), "text without NUL");
export const optionsSchema = z
  .array(option)
  .max(200)
  .refine((all) => new Set(all.map((one) => one.toLowerCase())).size === all.length, "options that differ, and not in upper and lower case alone");

/** What a record has besides its fields; filters and templates would mistake one for the other. */
const system = ["id", "tenant_id", "version", "created_at", "updated_at", "created_by", "deleted_at", "merged_into", "custom", "tags"];

const refused = (pointer: string, detail: string): PlatformError => new PlatformError("bad-request", `${pointer}: ${detail}`, [{ pointer, detail }]);

/** @throws PlatformError `bad-request` for the name of something that every record has */
export function mustBeFree(of: AnyEntity, key: string): void {
  if (system.includes(key) || Object.hasOwn(of.fields, key)) throw refused("/key", `every ${of.title.toLowerCase()} has a ${key} already; take another key`);
}

type Declared = Pick<CustomField, "type" | "options">;

/** @throws PlatformError `bad-request` */
export function mustHaveOptions({ type, options }: Declared): void {
  const chooses = type === "select" || type === "multiselect";
  if (chooses && options.length === 0) throw refused("/options", `a ${type} needs at least one option`);
  if (!chooses && options.length > 0) throw refused("/options", `a ${type} has no options; select and multiselect have`);
}

/**
 * The default as records get it.
 * @throws PlatformError `bad-request` for one that the field itself would refuse
 */
export async function fittingDefault(ctx: Pick<TenantContext, "db">, field: Declared, value: Json | undefined): Promise<Json> {
  if (value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) return null;
  const parsed = customSchema(field).safeParse(value);
  if (!parsed.success) throw refused("/default", parsed.error.issues[0]?.message ?? `does not fit a ${field.type}`);
  if (field.type === "user") await mustBeThere(ctx, [{ to: "user", id: String(parsed.data), pointer: "/default" }]);
  return parsed.data as Json;
}

export const fieldEvent = (verb: "created" | "updated" | "deleted", field: CustomField, previous: JsonObject | null = null) => ({ type: `custom_field.${verb}`, data: viewField(field) as unknown as JsonObject, previous, record: { type: "custom_field", id: field.id } });
