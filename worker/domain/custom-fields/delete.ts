import { and, eq, isNull } from "drizzle-orm";
import { customFields } from "../../../db/schema/records.ts";
import { dispatchSoon, emit } from "../../events/emit.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { newRecordJob } from "../record-jobs/new.ts";
import { runRecordJob } from "../record-jobs/run.ts";
import { fieldEvent } from "./rules.ts";
import { fieldNotThere, findField, viewField } from "./view.ts";

/**
 * The field and its values are gone from every answer at once; they are taken out of the
 * records in chunks, and the key is free again when that is done. History keeps them.
 * @throws PlatformError `not-found`
 */
export async function deleteCustomField({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<void> {
  const { db, env, now } = ctx;
  const field = await findField(ctx, input.id);
  const job = newRecordJob(ctx, field.id, { do: "remove_field", kind: field.kind, key: field.key });
  const there = db.exists(customFields, and(eq(customFields.id, field.id), isNull(customFields.deleted_at)));
  const gone = [db.update(customFields, { deleted_at: now, updated_at: now }, eq(customFields.id, field.id)), job.statement];
  // Somebody else was quicker: then it is gone.
  if (!(await db.batchIf(there, [...gone, audited(ctx, { action: "custom_field.delete", entityId: field.id, before: viewField(field) }), emit(ctx, fieldEvent("deleted", field))]))) throw fieldNotThere(field.id);
  dispatchSoon(ctx);
  ctx.waitUntil(runRecordJob(env, job.id, now));
}
