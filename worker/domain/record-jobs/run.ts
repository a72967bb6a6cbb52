/**
 * Carries jobs on: a chunk, how far it is into the row, the next one.
 * @module
 */
import { and, eq } from "drizzle-orm";
import { claimRecordJob, listDueRecordJobs, type RecordJob, saveRecordJob } from "../../../db/record-jobs.ts";
import { recordJobs } from "../../../db/schema/record-jobs.ts";
import { customFields } from "../../../db/schema/records.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import type { Env } from "../../env.ts";
import { type RecordContext, upkeepContext } from "../records/context.ts";
import { stepsOf } from "./steps.ts";

/** Nobody else takes the job for so long; longer than a run lasts. */
const leaseMs = 5 * 60_000;
const againMs = 60_000;
/** Chunks of one run: each is some five calls, of which a request may make a thousand. */
const mostChunks = 120;
/**
 * A change that was begun before the job was may be written after it. None takes as long as
 * this: then everything is looked at once more, and the job is done.
 */
export const settleMs = 60_000;

/** As nobody: the person who deleted something is in the audit log of that. */
function contextOf(env: Env, { tenant_id, work }: RecordJob, now: number): RecordContext {
  const ofField = work.do === "remove_field" || work.do === "replace_option";
  return { ...upkeepContext({ env, db: tenantDb(env.DB, tenant_id), now }), unrecorded: !ofField };
}

/** Does as much as one run may. */
export async function runRecordJob(env: Env, id: string, now: number): Promise<void> {
  const claimed = await claimRecordJob(env.DB, id, now, now + leaseMs);
  if (!claimed) return;
  let job: RecordJob = claimed;
  const ctx = contextOf(env, job, now);
  const steps = stepsOf(job.work, job.subject);
  try {
    for (let chunk = 0; chunk < mostChunks; chunk++) {
      const { step: index, after, began } = job.state;
      const step = steps[index];
      if (!step) return await settled(ctx, job);
      const next = await step(ctx, after);
      job = { ...job, state: { step: next.done ? index + 1 : index, after: next.done ? null : next.after, began: began ?? now } };
      if (!(await saveRecordJob(env.DB, job, job.next_at))) return;
    }
    await saveRecordJob(env.DB, job, now);
  } catch (error) {
    console.error(JSON.stringify({ level: "error", event: "record-job.failed", job: id, tenant: job.tenant_id, what: job.work.do, message: error instanceof Error ? error.message : typeof error, consequence: "tried again in a minute" }));
    await saveRecordJob(env.DB, job, now + againMs);
  }
}

/** Done, or once more when all that was begun before it has ended. */
async function settled({ env, db }: RecordContext, job: RecordJob): Promise<void> {
  const again = job.created_at + settleMs;
  if ((job.state.began ?? 0) < again) {
    await saveRecordJob(env.DB, { ...job, state: { step: 0, after: null, began: null } }, again);
    return;
  }
  const field = job.work.do === "remove_field" ? [db.delete(customFields, eq(customFields.id, job.subject))] : [];
  await db.batch([...field, db.delete(recordJobs, and(eq(recordJobs.id, job.id)))]);
}

/** For the cron: what requests left undone. */
export async function runDueRecordJobs(env: Env, now: number): Promise<void> {
  for (const { id } of await listDueRecordJobs(env.DB, now, 4)) await runRecordJob(env, id, now);
}
