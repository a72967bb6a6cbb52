/**
 * What is not looked for by words but named: a telephone number, an address, a taxpayer's
 * number, the number of a ticket, an id elsewhere. Each is one search of an index.
 * @module
 */
import { and, eq, isNull, type SQL } from "drizzle-orm";
import { columnOf, type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import { recordValues } from "../../../db/schema/records.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { schemas } from "../../../sdk/schema/crm/fields.ts";
import { taxIdKind } from "../../../sdk/schema/crm/tax-id.ts";
import { can } from "../../auth/can.ts";
import { isMasked } from "../../auth/mask-fields.ts";
import { permissionFor, within } from "../records/access.ts";
import type { RecordContext } from "../records/context.ts";
import { phoneDigits, phoneForm } from "../records/index-values.ts";
import { searchHash } from "../records/sensitive.ts";

type Ctx = Pick<RecordContext, "db" | "env" | "now" | "access">;

/** Field by which a record was named. */
export interface Direct {
  of: AnyEntity;
  record_id: string;
  by: string;
}

/** Alike at most, each way. */
const most = 20;

export async function named(ctx: Ctx, kinds: readonly AnyEntity[], query: string): Promise<Direct[]> {
  const text = query.trim();
  const email = schemas.email.safeParse(text);
  const number = /^#?(\d{1,12})$/.exec(text)?.[1];
  const digits = schemas.phone.safeParse(text).success ? phoneDigits(text) : "";
  const tax = taxIdKind(text) === null ? null : await searchHash(ctx, text);
  const readable = kinds.filter((of) => ctx.access === null || can(ctx.access, permissionFor(of, "read")));
  const asked = readable.flatMap((of) =>
    Object.entries(of.fields).flatMap(([name, { type, indexed }]): Promise<Direct[]>[] => {
      if (ctx.access !== null && isMasked(ctx.access, of.path, name)) return [];
      if (type === "email" && indexed && email.success) return [byColumn(ctx, of, name, email.data)];
      if (type === "phone" && digits.length >= 8) return [byValue(ctx, of, name, phoneForm(text))];
      if (type === "tax_id" && tax !== null) return [byValue(ctx, of, name, tax)];
      if (name === of.sequence && number !== undefined) return [byColumn(ctx, of, name, Number(number))];
      return name === "external_id" && indexed ? [byColumn(ctx, of, name, text)] : [];
    }),
  );
  return (await Promise.all(asked)).flat();
}

async function byColumn(ctx: Ctx, of: AnyEntity, name: string, value: string | number): Promise<Direct[]> {
  return (await rows(ctx, of, eq(columnOf(recordTable(of), name), value))).map(({ id }) => ({ of, record_id: id, by: name }));
}

async function byValue({ db }: Ctx, of: AnyEntity, name: string, value: string): Promise<Direct[]> {
  const found = await db.select(recordValues, { where: and(eq(recordValues.kind, of.kind), eq(recordValues.field, `~${name}`), eq(recordValues.value, value)), limit: most });
  return found.map(({ record_id }) => ({ of, record_id, by: name }));
}

const rows = async (ctx: Ctx, of: AnyEntity, where: SQL): Promise<RecordRow[]> => (await ctx.db.select(recordTable(of), { where: and(where, isNull(recordTable(of).deleted_at), within(ctx, of)), limit: most })) as RecordRow[];
