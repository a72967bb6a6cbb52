/**
 * Changes of any number of records: a row of the batch that makes them due, and then chunks.
 * Whoever wrote the row begins at once (`runRecordJob`); the cron takes up what a crash cut off.
 * @module
 */
import { eq } from "drizzle-orm";
import { newId } from "../../../db/ids.ts";
import { recordJobs, type RecordWork } from "../../../db/schema/record-jobs.ts";
import type { Statement } from "../../../db/tenant-db.ts";
import type { RecordContext } from "../records/context.ts";

export interface NewRecordJob {
  id: string;
  /** For the batch. */
  statement: Statement;
}

/** @param subject id of what it is about */
export function newRecordJob({ db, now }: Pick<RecordContext, "db" | "now">, subject: string, work: RecordWork): NewRecordJob {
  const id = newId(now);
  return { id, statement: db.insert(recordJobs, { id, subject, work, state: { step: 0, after: null, began: null }, next_at: now, created_at: now }) };
}

/** What is still being done about it. */
export async function worksOn({ db }: Pick<RecordContext, "db">, subject: string): Promise<RecordWork[]> {
  return (await db.select(recordJobs, { where: eq(recordJobs.subject, subject) })).map(({ work }) => work);
}
