import { z } from "zod";
import type { RecordRow } from "../../../db/schema/record-tables.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { maskFields } from "../../auth/mask-fields.ts";
import { iso } from "../context.ts";
import type { RecordContext } from "../records/context.ts";

export const briefRecord = z.looseObject({ id: z.string(), version: z.number().int(), title: z.string(), created_at: z.string(), updated_at: z.string() }).describe("What tells records apart: their name, and the fields that may be alike");

/** Without what is encrypted. */
export function brief({ access }: Pick<RecordContext, "access">, of: AnyEntity, row: RecordRow): z.input<typeof briefRecord> {
  const names = [...of.alike, "company_id", "company_name", "status", ...(of.owner === null ? [] : [of.owner])].filter((name) => of.fields[name] && !of.fields[name].sensitive);
  const fields = Object.fromEntries(names.map((name) => [name, row[name] ?? null]));
  const shown = access === null ? fields : maskFields(access, of.path, fields);
  return { ...shown, id: row.id, version: row.version, title: String(row[of.label] ?? ""), created_at: iso(row.created_at), updated_at: iso(row.updated_at) };
}
