/**
 * Records that may be the same as one, or as one that is about to be made.
 * @module
 */
import { and, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { among } from "../../../db/among.ts";
import { type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { schemas } from "../../../sdk/schema/crm/fields.ts";
import { taxIdKind } from "../../../sdk/schema/crm/tax-id.ts";
import { findRecord, within } from "../records/access.ts";
import type { RecordContext } from "../records/context.ts";
import { nameKeyOf, phoneForm } from "../records/index-values.ts";
import { searchHash } from "../records/sensitive.ts";
import { brief, briefRecord } from "./brief.ts";
import { distinctFrom } from "./distinct.ts";
import { type Keys, keysOf, reasonsFor, scoreOf, sharedReasons, sourceOf } from "./reasons.ts";

export const alikeRecords = z.object({
  data: z.array(z.object({ record: briefRecord, reasons: z.array(z.string()).describe("Fields in which they are alike"), score: z.number().int().describe("0 to 100: how likely it is the same") })).describe("The likeliest first, fifty at most"),
});

type Alike = z.input<typeof alikeRecords>;

const most = 50;

/** @throws PlatformError `not-found`, `forbidden` */
export async function duplicatesOf({ ctx, of, id }: { ctx: RecordContext; of: AnyEntity; id: string }): Promise<Alike> {
  const row = await findRecord(ctx, of, id);
  const [keys, apart] = await Promise.all([keysOf(ctx, of, [row]), distinctFrom(ctx, of, id)]);
  return alikeTo(ctx, of, keys.get(id) ?? {}, new Set([...apart, id]));
}

export const likelyFields = {
  name: z.string().max(200).optional(),
  email: z.string().max(254).optional(),
  phone: z.string().max(40).optional(),
  tax_id: z.string().max(32).optional(),
  external_id: z.string().max(200).optional(),
  company_id: z.string().max(64).optional(),
  company_name: z.string().max(200).optional(),
};

/** The same before a record is made. What is no such value is like nothing. */
export async function duplicatesOfNew({ ctx, of, input }: { ctx: RecordContext; of: AnyEntity; input: { [Name in keyof typeof likelyFields]?: string | undefined } }): Promise<Alike> {
  const email = schemas.email.safeParse(input.email);
  const phone = schemas.phone.safeParse(input.phone);
  const found: [string, string | null | undefined][] = [
    ["email", email.success ? email.data : null],
    ["phone", phone.success ? phoneForm(phone.data) : null],
    ["tax_id", input.tax_id !== undefined && taxIdKind(input.tax_id) !== null ? await searchHash(ctx, input.tax_id) : null],
    ["external_id", input.external_id?.trim()],
    ["name", nameKeyOf(of, { ...input, [of.label]: input.name })],
  ];
  const reasons = reasonsFor(ctx, of);
  return alikeTo(ctx, of, Object.fromEntries(found.flatMap(([by, value]) => (value && reasons.includes(by) ? [[by, value]] : []))), new Set());
}

async function alikeTo(ctx: RecordContext, of: AnyEntity, keys: Keys, without: ReadonlySet<string>): Promise<Alike> {
  const ids = new Set((await Promise.all(Object.entries(keys).map(([by, value]) => idsWith(ctx, of, by, value)))).flat().filter((id) => !without.has(id)));
  if (ids.size === 0) return { data: [] };
  const table = recordTable(of);
  const rows = (await ctx.db.select(table, { where: and(among(table.id, [...ids]), isNull(table.deleted_at), within(ctx, of)) })) as RecordRow[];
  const theirs = await keysOf(ctx, of, rows);
  const data = rows.map((row) => {
    const reasons = sharedReasons([keys, theirs.get(row.id) ?? {}]);
    return { record: brief(ctx, of, row), reasons, score: scoreOf(of, keys, reasons) };
  });
  return { data: data.filter(({ reasons }) => reasons.length > 0).sort((a, b) => b.score - a.score || (a.record.id < b.record.id ? -1 : 1)).slice(0, most) };
}

async function idsWith({ db }: RecordContext, of: AnyEntity, by: string, value: string): Promise<string[]> {
  const source = sourceOf(of, by);
  const rows = (await db.select(source.table, { where: and(source.where, eq(source.value, value)), limit: 4 * most })) as Record<string, unknown>[];
  return rows.map((row) => String(row["record_id"] ?? row["id"]));
}
