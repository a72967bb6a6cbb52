/**
 * Whom a lead becomes: somebody who is known already, or a new contact and company.
 * @module
 */
import { and, asc, eq, isNull, or, type SQL, sql } from "drizzle-orm";
import { newId } from "../../../db/ids.ts";
import { columnOf, companies, contacts, type RecordRow } from "../../../db/schema/record-tables.ts";
import { recordValues } from "../../../db/schema/records.ts";
import { entities } from "../../../sdk/schema/crm/index.ts";
import { type AnyEntity, type Given, newRecordSchema } from "../../../sdk/schema/crm/entity.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { findRecord, mustBeAllowed, within } from "../records/access.ts";
import { userOf, type RecordContext } from "../records/context.ts";
import { customFieldsOf, customSchema } from "../records/custom.ts";
import { phoneDigits } from "../records/index-values.ts";
import { type Plan, planRecords, together } from "../records/plan.ts";
import { mustBeThere } from "../records/references.ts";

const { contact, company, lead } = entities;

export interface Party {
  id: string;
  plan: Plan<RecordRow>;
}

const unchanged = (row: RecordRow): Plan<RecordRow> => ({ statements: [], condition: null, result: row });
/** Those that nobody has looked for when the transaction begins are not there then either. */
const alone = (condition: SQL): Plan<null> => ({ statements: [], condition, result: null });

/** @throws PlatformError `not-found`, `forbidden`, `bad-request` */
export async function companyOf(ctx: RecordContext, from: RecordRow, wanted: { id: string | undefined; make: boolean }): Promise<Party | null> {
  if (wanted.id !== undefined) {
    await mustBeThere(ctx, [{ to: "company", id: wanted.id, pointer: "/company_id" }]);
    const known = await findRecord(ctx, company, wanted.id);
    return { id: known.id, plan: unchanged(known) };
  }
  const name = from["company_name"];
  if (!wanted.make || typeof name !== "string" || name === "") return null;
  mustBeAllowed(ctx, company, "write");
  const same = and(isNull(companies.deleted_at), eq(columnOf(companies, "name"), name), within(ctx, company));
  const [known] = (await ctx.db.select(companies, { where: same, orderBy: asc(companies.id), limit: 1 })) as RecordRow[];
  if (known) return { id: known.id, plan: unchanged(known) };
  const id = newId(ctx.now);
  const made = await planRecords(ctx, company, [{ before: null, id, given: newRecordSchema(company).parse({ name }), also: ownersOf(ctx, from) }]);
  return { id, plan: together([made, alone(sql`not ${ctx.db.exists(companies, same)}`)], made.result[0] as RecordRow) };
}

/** @throws PlatformError `not-found`, `forbidden`, `bad-request` */
export async function contactOf(ctx: RecordContext, from: RecordRow, wanted: { id: string | undefined; match: boolean; companyId: string | null; custom: Given }): Promise<Party> {
  mustBeAllowed(ctx, contact, "write");
  if (wanted.id !== undefined) {
    await mustBeThere(ctx, [{ to: "contact", id: wanted.id, pointer: "/contact_id" }]);
    return joined(ctx, from, await findRecord(ctx, contact, wanted.id, { verb: "write" }), wanted.companyId);
  }
  const alike = wanted.match ? likeLead(ctx, from) : null;
  const [known] = alike ? ((await ctx.db.select(contacts, { where: alike, orderBy: asc(contacts.id), limit: 1 })) as RecordRow[]) : [];
  if (known) return joined(ctx, from, await findRecord(ctx, contact, known.id, { verb: "write" }), wanted.companyId);
  const id = newId(ctx.now);
  const given = newRecordSchema(contact).parse({ ...shared(from), custom: { ...(await sharedCustom(ctx, from, contact, lead)), ...wanted.custom } });
  const also = { ...ownersOf(ctx, from), lead_id: from.id, company_id: wanted.companyId, category_id: from["category_id"] ?? null, tags: from.tags };
  const made = await planRecords(ctx, contact, [{ before: null, id, given, also }]);
  const row = made.result[0] as RecordRow;
  return { id, plan: alike ? together([made, alone(sql`not ${ctx.db.exists(contacts, alike)}`)], row) : { ...made, result: row } };
}

/** Somebody who is known keeps what is known of them, and gets what is not. */
async function joined(ctx: RecordContext, from: RecordRow, before: RecordRow, companyId: string | null): Promise<Party> {
  const missing = Object.fromEntries(Object.entries(shared(from)).filter(([name, value]) => value !== null && (before[name] ?? null) === null));
  const tags = [...new Set([...before.tags, ...from.tags])];
  const also = { tags, lead_id: before["lead_id"] ?? from.id, company_id: before["company_id"] ?? companyId };
  const { result, ...plan } = await planRecords(ctx, contact, [{ before, given: missing, also }]);
  return { id: before.id, plan: { ...plan, result: result[0] ?? before } };
}

/** The same address, or the same telephone number as far as its last nine digits. */
function likeLead({ db, access }: RecordContext, from: RecordRow): SQL | null {
  const [email, phone] = [from["email"], from["phone"]];
  const number = typeof phone === "string" ? phoneDigits(phone).slice(-9) : "";
  const values = and(eq(recordValues.tenant_id, db.tenant), eq(recordValues.kind, contact.kind), eq(recordValues.field, "~phone"), eq(recordValues.value, number));
  const alike = or(
    typeof email === "string" && email !== "" ? eq(columnOf(contacts, "email"), email) : undefined,
    number === "" ? undefined : sql`${contacts.id} in (select ${recordValues.record_id} from ${recordValues} where ${values})`,
  );
  return alike ? (and(isNull(contacts.deleted_at), alike, within({ db, access }, contact)) ?? null) : null;
}

const shared = (from: RecordRow): Given => Object.fromEntries(["name", "email", "phone", "job_title", "source", "description"].map((name) => [name, from[name] ?? null]));

/** Whose the lead is has what it becomes. */
export const ownersOf = (ctx: RecordContext, from: RecordRow) => ({ owner_id: from["owner_id"] ?? userOf(ctx), team_id: from["team_id"] ?? null });

/** Values of fields that both have under the same key, as far as they fit. */
export async function sharedCustom({ db }: RecordContext, from: RecordRow, to: AnyEntity, of: AnyEntity): Promise<Given> {
  if (!of.custom || !to.custom || Object.keys(from.custom).length === 0) return {};
  const fields = await customFieldsOf(db, to);
  return Object.fromEntries(fields.flatMap((field) => (field.key in from.custom && customSchema(field).safeParse(from.custom[field.key]).success ? [[field.key, from.custom[field.key]]] : [])));
}

export function alreadyConverted({ id, contact_id: contactId }: RecordRow): PlatformError {
  return new PlatformError("conflict", `The lead ${id} is converted already, into the contact ${String(contactId)}.`, undefined, undefined, { contact_id: String(contactId) });
}
