/**
 * A lead becomes a contact, with a company and a deal if that is wanted, in one transaction.
 * @module
 */
import { z } from "zod";
import { newId } from "../../../db/ids.ts";
import type { RecordRow } from "../../../db/schema/record-tables.ts";
import { schemas } from "../../../sdk/schema/crm/fields.ts";
import { newRecordSchema, viewSchema } from "../../../sdk/schema/crm/entity.ts";
import { entities } from "../../../sdk/schema/crm/index.ts";
import { findRecord, mustBeAllowed } from "../records/access.ts";
import type { RecordContext } from "../records/context.ts";
import { carryOut, type Plan, planRecords, together } from "../records/plan.ts";
import { converting } from "../records/rules/lead.ts";
import { show, type Shown } from "../records/show.ts";
import { alreadyConverted, companyOf, contactOf, ownersOf, sharedCustom } from "./parties.ts";

const { lead, contact, company, deal } = entities;
const { name, value, currency, pipeline_id, stage_id, expected_close, description } = deal.fields;

const ownFields = z.record(z.string().max(64), z.json()).optional();

export const convertBody = z
  .strictObject({
    contact_id: schemas.id.optional().describe("The contact that it is; a new one when left out"),
    match: z.boolean().default(false).describe("The contact with the same email or telephone number, if there is one"),
    company: z.boolean().default(false).describe("Also the company by its name: the one that is known, or a new one"),
    company_id: schemas.id.optional().describe("The company that the contact belongs to"),
    custom: ownFields.describe("Values of the contact's own fields; those that the lead has under the same key go over by themselves"),
    deal: z
      .strictObject({ name: name.schema.optional().describe("That of the lead when left out"), value: value.schema.optional(), currency: currency.schema.optional(), pipeline_id: pipeline_id.schema.optional(), stage_id: stage_id.schema.optional(), expected_close: expected_close.schema.optional(), description: description.schema.optional(), custom: ownFields })
      .optional()
      .describe("Also a deal, in the default pipeline unless another is named"),
  })
  .refine(({ contact_id: id, match }) => id === undefined || !match, { message: "either contact_id or match", path: ["match"] })
  .refine(({ company_id: id, company: make }) => id === undefined || !make, { message: "either company_id or company", path: ["company"] });
export type ConvertLead = z.input<typeof convertBody> & { id: string };

export const convertedView = z.object({ lead: viewSchema(lead), contact: viewSchema(contact), company: viewSchema(company).nullable(), deal: viewSchema(deal).nullable() });

export interface ConvertedLead {
  lead: RecordRow;
  contact: RecordRow;
  company: RecordRow | null;
  deal: RecordRow | null;
}

/**
 * Of two that convert one lead the second is refused; of two leads of one person that are
 * converted with `match` at once, the second finds the contact that the first has made.
 * @throws PlatformError `not-found`, `forbidden`, `bad-request`, `conflict` (with `contact_id`) for one that is converted already
 */
export async function planConvertLead(ctx: RecordContext, { id, contact_id: contactId, match = false, company: withCompany = false, company_id: companyId, custom = {}, deal: wanted }: ConvertLead): Promise<Plan<ConvertedLead>> {
  const before = await findRecord(ctx, lead, id, { verb: "write" });
  if (before["status"] === "converted") throw alreadyConverted(before);
  const firm = await companyOf(ctx, before, { id: companyId, make: withCompany });
  const person = await contactOf(ctx, before, { id: contactId, match, companyId: firm?.id ?? null, custom });
  const sale = wanted === undefined ? null : await dealOf(ctx, before, wanted, { contact_id: person.id, company_id: firm?.id ?? (person.plan.result["company_id"] as string | null) });
  const also = { status: "converted", converted_at: ctx.now, contact_id: person.id, company_id: firm?.id ?? null, deal_id: sale?.id ?? null };
  const changed = await planRecords(ctx, lead, [{ before, given: {}, also, action: converting }]);
  const plans = [...(firm ? [firm.plan] : []), person.plan, ...(sale ? [sale.plan] : []), changed];
  return together(plans, { lead: changed.result[0] ?? before, contact: person.plan.result, company: firm?.plan.result ?? null, deal: sale?.plan.result ?? null });
}

async function dealOf(ctx: RecordContext, from: RecordRow, wanted: NonNullable<ConvertLead["deal"]>, parties: { contact_id: string; company_id: string | null }): Promise<{ id: string; plan: Plan<RecordRow> }> {
  mustBeAllowed(ctx, deal, "write");
  const id = newId(ctx.now);
  const custom = { ...(await sharedCustom(ctx, from, deal, lead)), ...wanted.custom };
  const given = newRecordSchema(deal).parse({ channel: from["source"], name: from["name"], ...wanted, custom });
  const { result, ...plan } = await planRecords(ctx, deal, [{ before: null, id, given, also: { ...parties, ...ownersOf(ctx, from), lead_id: from.id, tags: from.tags } }]);
  return { id, plan: { ...plan, result: result[0] as RecordRow } };
}

export async function convertLead({ ctx, input }: { ctx: RecordContext; input: ConvertLead }): Promise<{ lead: Shown; contact: Shown; company: Shown | null; deal: Shown | null }> {
  const rows = await carryOut(ctx, () => planConvertLead(ctx, input));
  return { lead: await show(ctx, lead, rows.lead), contact: await show(ctx, contact, rows.contact), company: rows.company && (await show(ctx, company, rows.company)), deal: rows.deal && (await show(ctx, deal, rows.deal)) };
}
