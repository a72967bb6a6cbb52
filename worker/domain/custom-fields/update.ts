import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { Json, JsonObject } from "../../../db/schema/json.ts";
import { customFields, recordValues } from "../../../db/schema/records.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { dispatchSoon, emit } from "../../events/emit.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { newRecordJob, worksOn } from "../record-jobs/new.ts";
import { runRecordJob } from "../record-jobs/run.ts";
import type { CustomField } from "../records/custom.ts";
import { folded } from "../records/index-values.ts";
import { fieldEvent, fittingDefault, mustHaveOptions, optionsSchema, titleSchema } from "./rules.ts";
import { type CustomFieldView, findField, viewField } from "./view.ts";

export const customFieldChange = z.strictObject({
  title: titleSchema.optional(),
  options: optionsSchema.optional().describe("All of them, in their order"),
  replace_with: z.record(z.string(), z.string().nullable()).optional().describe("Options that go → what records have instead that had them; null: nothing. So an option is renamed"),
  required: z.boolean().optional(),
  default: z.json().optional().describe("Null: none"),
});
type Change = z.output<typeof customFieldChange>;

/**
 * Key and type stay. An option that records have goes only when it is said what they have
 * instead; they are changed in chunks.
 * @throws PlatformError `not-found`, `bad-request`; `conflict` for options that are in use, or still being replaced
 */
export async function updateCustomField({ ctx, input: { id, ...change } }: { ctx: TenantContext; input: Change & { id: string } }): Promise<CustomFieldView> {
  const { db, env, now } = ctx;
  const before = await findField(ctx, id);
  const options = change.options ?? before.options;
  mustHaveOptions({ type: before.type, options });
  const gone = before.options.filter((one) => !options.includes(one));
  const added = options.filter((one) => !before.options.includes(one));
  const replacing = replacementsOf(before, options, gone, change);
  await mustBeReplaced(ctx, before, gone, replacing);
  await mustNotBeGoing(ctx, id, added);
  const given = change.default === undefined ? replacedDefault(before.default_value, gone, replacing) : change.default;
  const after: CustomField = { ...before, title: change.title ?? before.title, options, required: change.required ?? before.required, default_value: await fittingDefault(ctx, { type: before.type, options }, given), updated_at: now };
  const jobs = gone.map((from) => newRecordJob(ctx, id, { do: "replace_option", kind: before.kind, key: before.key, from, to: replacing.get(from) ?? null }));
  const same = db.exists(customFields, and(eq(customFields.id, id), eq(customFields.updated_at, before.updated_at), sql`${customFields.deleted_at} is null`));
  const { title, required, default_value, updated_at } = after;
  const statements = [db.update(customFields, { title, options, required, default_value, updated_at }, eq(customFields.id, id)), ...jobs.map(({ statement }) => statement)];
  const told = [audited(ctx, { action: "custom_field.update", entityId: id, before: viewField(before), after: viewField(after) }), emit(ctx, fieldEvent("updated", after, previousOf(before, after)))];
  if (!(await db.batchIf(same, [...statements, ...told]))) throw new PlatformError("conflict", "Somebody else has changed the field meanwhile. Look at it and try again.");
  dispatchSoon(ctx);
  for (const job of jobs) ctx.waitUntil(runRecordJob(env, job.id, now));
  return viewField(after);
}

/** An option that comes back while records lose it would be lost by those that get it now. */
async function mustNotBeGoing(ctx: TenantContext, id: string, added: readonly string[]): Promise<void> {
  const going = added.length === 0 ? [] : (await worksOn(ctx, id)).flatMap((work) => (work.do === "replace_option" && added.some((one) => folded(one) === folded(work.from)) ? [work.from] : []));
  if (going.length > 0) throw new PlatformError("conflict", `${going.join(", ")} is still being replaced in the records that had it. Add it again in a minute or two, or when they are many, a little later.`);
}

function replacementsOf(field: CustomField, options: readonly string[], gone: readonly string[], { replace_with = {} }: Change): Map<string, string | null> {
  for (const [from, to] of Object.entries(replace_with)) {
    const detail = !gone.includes(from) ? `${from} is no option that goes` : to !== null && !options.includes(to) ? `${to} is no option; there are ${options.join(", ")}` : to === null && field.required ? "the field is required: say what records have instead" : null;
    if (detail !== null) throw new PlatformError("bad-request", `/replace_with/${from}: ${detail}`, [{ pointer: `/replace_with/${from}`, detail }]);
  }
  return new Map(Object.entries(replace_with));
}

/** @throws PlatformError `conflict` with how many records have them */
async function mustBeReplaced({ db }: TenantContext, { kind, key }: CustomField, gone: readonly string[], replacing: ReadonlyMap<string, string | null>): Promise<void> {
  const open = gone.filter((one) => !replacing.has(one));
  const uses = await Promise.all(open.map(async (one) => ({ option: one, records: await db.count(recordValues, and(eq(recordValues.kind, kind), eq(recordValues.field, `custom.${key}`), eq(recordValues.value, folded(one)))) })));
  const used = uses.filter(({ records }) => records > 0);
  if (used.length === 0) return;
  const said = used.map(({ option, records }) => `${records} ${records === 1 ? "record has" : "records have"} ${option}`).join(", ");
  throw new PlatformError("conflict", `${said}: say by \`replace_with\` what they shall have instead.`, used.map(({ option, records }) => ({ pointer: `/options/${option}`, detail: `used by ${records}` })));
}

function replacedDefault(value: Json | null, gone: readonly string[], replacing: ReadonlyMap<string, string | null>): Json {
  const next = (one: Json): Json[] => (typeof one === "string" && gone.includes(one) ? [replacing.get(one) ?? null].filter((other) => other !== null) : [one]);
  if (Array.isArray(value)) return [...new Set(value.flatMap(next))];
  return value === null ? null : (next(value)[0] ?? null);
}

function previousOf(before: CustomField, after: CustomField): JsonObject {
  const [old, now] = [viewField(before) as unknown as JsonObject, viewField(after) as unknown as JsonObject];
  return Object.fromEntries(Object.entries(old).filter(([name, value]) => name !== "updated_at" && JSON.stringify(value) !== JSON.stringify(now[name])));
}
