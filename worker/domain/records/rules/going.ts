import { eq } from "drizzle-orm";
import { recordJobs, type RecordWork } from "../../../../db/schema/record-jobs.ts";
import { newRecordJob } from "../../record-jobs/new.ts";
import { runRecordJob } from "../../record-jobs/run.ts";
import type { RecordContext } from "../context.ts";
import type { Change, Extra } from "./rule.ts";

/**
 * What is deleted is taken off all records that have it. Restored, it stays off those; where it
 * was not taken off yet it stays on.
 */
export async function takenOffRecords(ctx: RecordContext, changes: readonly Change[], work: RecordWork): Promise<Extra> {
  const back = changes.filter(({ before, after }) => before !== null && before.deleted_at !== null && after.deleted_at === null);
  const gone = changes.filter(({ before, after }) => before !== null && before.deleted_at === null && after.deleted_at !== null);
  const jobs = gone.map(({ after }) => newRecordJob(ctx, after.id, work));
  return {
    statements: [...jobs.map(({ statement }) => statement), ...back.map(({ after }) => ctx.db.delete(recordJobs, eq(recordJobs.subject, after.id)))],
    afterwards: () => {
      for (const { id } of jobs) ctx.waitUntil(runRecordJob(ctx.env, id, ctx.now));
    },
  };
}
