import { and, eq, or } from "drizzle-orm";
import { columnOf, type RecordRow, recordTable } from "../../db/schema/record-tables.ts";
import { ownSpecs } from "../../sdk/schema/actions/index.ts";
import { type AnyEntity, type Given, newRecordSchema } from "../../sdk/schema/crm/entity.ts";
import { entities, entityOfKind } from "../../sdk/schema/crm/index.ts";
import { PlatformError } from "../../sdk/schema/problem.ts";
import { convertBody, planConvertLead } from "../domain/leads/convert.ts";
import { findRecord, mustBeAllowed } from "../domain/records/access.ts";
import type { RecordContext } from "../domain/records/context.ts";
import { planRecords } from "../domain/records/plan.ts";
import { show } from "../domain/records/show.ts";
import { notDeleted } from "../domain/records/write.ts";
import { action, type ActionContext, type Planned } from "./action.ts";
import { checked } from "./checked.ts";
import { shown } from "./records.ts";

const { activity, company, contact, deal, lead, note, stage, task } = entities;

async function made(ctx: ActionContext, of: AnyEntity, values: Given, id: string): Promise<Planned> {
  mustBeAllowed(ctx, of, "write");
  return shown(ctx, of, await planRecords(ctx, of, [{ before: null, given: checked(newRecordSchema(of), values, id) }]), null);
}

/** @throws PlatformError `bad-request` for an unknown kind, `not-found` for what is not there or may not be seen */
async function mustBeThere(ctx: RecordContext, about: readonly { type: string; id: string }[]): Promise<void> {
  for (const { type, id } of about) {
    const of = entityOfKind.get(type);
    if (!of) throw new PlatformError("bad-request", `about: there is no kind of record ${JSON.stringify(type)}; there are ${[...entityOfKind.keys()].join(", ")}`, [{ pointer: "/about/type", detail: "no such kind" }]);
    await findRecord(ctx, of, id);
  }
}

export const createTask = action(ownSpecs.createTask, async (ctx, { about = [], ...values }) => {
  const relations = Array.isArray(about) ? about : [about];
  await mustBeThere(ctx, relations);
  return made(ctx, task, { ...values, relations }, "create_task");
});

export const createNote = action(ownSpecs.createNote, async (ctx, { about, ...values }) => {
  await mustBeThere(ctx, [about]);
  return made(ctx, note, { ...values, record_type: about.type, record_id: about.id }, "create_note");
});

export const logActivity = action(ownSpecs.logActivity, async (ctx, { about, happened_at = new Date(ctx.now).toISOString(), ...values }) => {
  await mustBeThere(ctx, [about]);
  return made(ctx, activity, { ...values, happened_at, record_type: about.type, record_id: about.id }, "log_activity");
});

export const moveStage = action(ownSpecs.moveStage, async (ctx, { id, stage: wanted, lost_reason }) => {
  const before = await findRecord(ctx, deal, id, { verb: "write" });
  const found = await stageOf(ctx, before, wanted);
  const pipeline = found["pipeline_id"] === before["pipeline_id"] ? {} : { pipeline_id: found["pipeline_id"] };
  const plan = await planRecords(ctx, deal, [{ before, given: { ...pipeline, stage_id: found.id, ...(lost_reason === undefined ? {} : { lost_reason }) } }]);
  return shown(ctx, deal, plan, before);
});

export const convertLead = action(ownSpecs.convertLead, async (ctx, { id, ...params }) => {
  const { result, ...plan } = await planConvertLead(ctx, { ...checked(convertBody, params, "crm.leads.convert"), id });
  const view = async (of: AnyEntity, row: RecordRow | null) => row && (await show(ctx, of, row));
  const views = { lead: await view(lead, result.lead), contact: await view(contact, result.contact), company: await view(company, result.company), deal: await view(deal, result.deal) };
  return { ...plan, result: views, changes: Object.entries(views).flatMap(([type, after]) => (after ? [{ type, id: after.id, before: after.version === 1 ? null : {}, after }] : [])) };
});

async function stageOf({ db }: RecordContext, row: RecordRow, wanted: string): Promise<RecordRow> {
  const table = recordTable(stage);
  const named = and(eq(columnOf(table, "name"), wanted), eq(columnOf(table, "pipeline_id"), String(row["pipeline_id"] ?? "")));
  const found = (await db.select(table, { where: and(or(eq(table.id, wanted), named), notDeleted(stage)), limit: 2 })) as RecordRow[];
  const one = found.find(({ id }) => id === wanted) ?? found[0];
  if (!one) throw new PlatformError("not-found", `There is no stage ${JSON.stringify(wanted)}, by id or by its name in the deal's pipeline.`);
  return one;
}
