/**
 * Carries jobs on: a slice, its result into the row, the next one.
 * @module
 */
import { eq } from "drizzle-orm";
import { batch } from "../../../db/batch.ts";
import { newId } from "../../../db/ids.ts";
import { claimJob, listDueJobs, listExpiredJobs, type PrivacyJob, saveJob, updateJob } from "../../../db/privacy-jobs.ts";
import { privacyJobs, privacyReceipts } from "../../../db/schema/privacy.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import { utf8 } from "../../auth/bytes.ts";
import type { Env } from "../../env.ts";
import { objectsOf } from "../ports.ts";
import { archivedExecutions, archivedObjects, archivedRows } from "./archive.ts";
import { deletePrefix } from "./blobs.ts";
import { added, type JobKind, requestOf, type Slice, type Work } from "./job.ts";
import { exportPrefix } from "./places.ts";
import { erasedExecutions, erasedIndex, erasedObjects, erasedRows } from "./remove.ts";
import { personRows, searchAudit, searchDeliveries, searchExecutions } from "./search.ts";
import { searchEvents } from "./search-events.ts";
import { searchRecords } from "./search-records.ts";
import { searchValues } from "./search-values.ts";

type Step = (work: Work) => Promise<Slice>;

const steps: Record<JobKind, readonly Step[]> = {
  export_person: [personRows, searchRecords, searchAudit, searchDeliveries, searchEvents, searchValues, searchExecutions],
  erase_person: [searchRecords, searchAudit, searchDeliveries, searchEvents, searchValues, searchExecutions],
  export_tenant: [archivedRows, archivedObjects, archivedExecutions],
  erase_tenant: [erasedExecutions, erasedIndex, erasedObjects, erasedRows],
};

/** Nobody else takes the job for so long; longer than a run lasts. */
const leaseMs = 5 * 60_000;
/** A failed slice is tried again after this. */
const againMs = 60_000;
/** What one run may cost; the platform allows a thousand calls. */
const mostCalls = 400;
/** How long the file of an export is kept. */
export const exportLifeMs = 86_400_000;

/** Does as much as one run may. False: there is more to do. */
export async function runJob(env: Env, id: string, now: number): Promise<boolean> {
  const claimed = await claimJob(env.DB, id, now, now + leaseMs);
  if (!claimed) return true;
  let job: PrivacyJob = claimed;
  try {
    const request = await requestOf(env, job);
    for (let calls = 0; calls < mostCalls; ) {
      const step = steps[job.kind][job.state.step];
      if (!step) {
        await complete(env, job, now);
        return true;
      }
      const slice = await step({ env, db: tenantDb(env.DB, job.tenant_id), objects: objectsOf(env), now, job, request, cursor: job.state.cursor });
      calls += slice.calls + 2;
      job = await after(env, job, slice);
      if (!(await saveJob(env.DB, job, job.next_at))) return true;
    }
    await saveJob(env.DB, job, now);
  } catch (error) {
    console.error(JSON.stringify({ level: "error", event: "privacy-job-failed", job: id, kind: job.kind, step: job.state.step, ...told(error) }));
    await saveJob(env.DB, job, now + againMs);
  }
  return false;
}

/** Where, and not what: a message may hold whom the job is about. */
function told(error: unknown): { name: string; at: string[] } {
  if (!(error instanceof Error)) return { name: typeof error, at: [] };
  return { name: error.name, at: (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line)).slice(0, 5) };
}

/** The file first: if the process dies in between, the slice and its piece are made again. */
async function after(env: Env, job: PrivacyJob, { cursor, counts = {}, left = [], lines = [] }: Slice): Promise<PrivacyJob> {
  let { step, parts } = job.state;
  if (lines.length > 0) {
    await env.BLOBS.put(partKey(job, parts), utf8(lines.map((line) => `${JSON.stringify(line)}\n`).join("")));
    parts++;
  }
  if (cursor === null) step++;
  return { ...job, state: { step, cursor, parts }, counts: added(job.counts, counts), left: [...job.left, ...left] };
}

export function partKey({ tenant_id, id }: Pick<PrivacyJob, "tenant_id" | "id">, part: number): string {
  return `${exportPrefix(tenant_id, id)}${String(part).padStart(8, "0")}`;
}

/** Whom it was about is forgotten with the end; the receipt stays. */
async function complete(env: Env, job: PrivacyJob, now: number): Promise<void> {
  const { id, kind, subject_hash, actor_id, counts, left, created_at } = job;
  const isExport = kind === "export_person" || kind === "export_tenant";
  const done = updateJob(env.DB, id, { status: "completed", request: null, completed_at: now, expires_at: isExport ? now + exportLifeMs : null });
  const receipt = { id: newId(now), kind: isExport ? ("export" as const) : ("erase" as const), subject_hash, actor_id, counts, left, created_at, completed_at: now };
  // Of an erased tenant nothing is left that a receipt could belong to: the job itself stays.
  await batch(env.DB, kind === "erase_tenant" ? [done] : [done, tenantDb(env.DB, job.tenant_id).insert(privacyReceipts, receipt)]);
}

/** For the cron: what requests left undone, and files whose time is over. */
export async function runDueJobs(env: Env, now: number): Promise<void> {
  for (const { id, tenant_id } of await listExpiredJobs(env.DB, now, 20)) {
    if (await deletePrefix(env, exportPrefix(tenant_id, id), 500)) await batch(env.DB, [tenantDb(env.DB, tenant_id).delete(privacyJobs, eq(privacyJobs.id, id))]);
  }
  for (const { id } of await listDueJobs(env.DB, now, 2)) await runJob(env, id, now);
}
