/**
 * Work that is too much for one request: it is a row, done in slices. After each slice the row
 * says how far it is; what a crash interrupts is taken up again by the cron, and repeats one
 * slice at most. Every slice may therefore be done twice: erasing what is erased finds nothing.
 *
 * The cron and not an object's alarm: it is there already, one query finds what is due of all
 * tenants, and the row outlives the objects that a tenant's erasure empties.
 * @module
 */
import { z } from "zod";
import type { Statement } from "../../../db/batch.ts";
import { newId } from "../../../db/ids.ts";
import type { PrivacyJob } from "../../../db/privacy-jobs.ts";
import type { Json, JsonObject } from "../../../db/schema/json.ts";
import { privacyJobs } from "../../../db/schema/privacy.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";
import { open, seal } from "../../auth/seal.ts";
import type { Env } from "../../env.ts";
import { iso, type TenantContext } from "../context.ts";
import type { Objects } from "../ports.ts";
import type { Subject } from "./subject.ts";

export type JobKind = PrivacyJob["kind"];

/** What a job is about; sealed in its row. */
export interface JobRequest {
  subject: Subject | null;
  /** Executions that have not ended are cancelled, and then cleaned too. */
  cancelRunning: boolean;
}

/** What a slice works with. */
export interface Work {
  env: Env;
  db: TenantDb;
  objects: Objects;
  now: number;
  job: PrivacyJob;
  request: JobRequest;
  /** As the slice before left it; null at the beginning of a step. */
  cursor: string | null;
}

export interface Slice {
  /** Null: the step is done. */
  cursor: string | null;
  /** Calls to other parts it cost, about. */
  calls: number;
  /** Place → how many. */
  counts?: Record<string, number>;
  left?: Left[];
  /** What is exported: each becomes a line of the file. */
  lines?: object[];
}

/** What stayed, and why. */
export type Left = { place: string; id: string; reason: string } & JsonObject;

const belongsTo = (tenant: string, id: string): string[] => ["privacy-job", tenant, id];

export interface NewJob {
  kind: JobKind;
  request: JobRequest;
  hash: string | null;
  counts?: Record<string, number>;
}

/** For the batch it begins with. */
export async function newJob(ctx: Pick<TenantContext, "env" | "db" | "now" | "actor">, { kind, request, hash, counts = {} }: NewJob): Promise<{ row: PrivacyJob; statement: Statement }> {
  const { env, db, now, actor } = ctx;
  const id = newId(now);
  const row: Omit<PrivacyJob, "tenant_id"> = {
    id,
    kind,
    status: "running",
    request: await seal(env, JSON.stringify(request), belongsTo(db.tenant, id)),
    subject_hash: hash,
    actor_id: actor.kind === "user" ? actor.userId : actor.keyId,
    state: { step: 0, cursor: null, parts: 0 },
    counts,
    left: [],
    next_at: now,
    created_at: now,
    completed_at: null,
    expires_at: null,
  };
  return { row: { ...row, tenant_id: db.tenant }, statement: db.insert(privacyJobs, row) };
}

export async function requestOf(env: Env, { tenant_id, id, request }: PrivacyJob): Promise<JobRequest> {
  if (request === null) throw new Error(`the privacy job ${id} is done`);
  return JSON.parse(await open(env, request, belongsTo(tenant_id, id))) as JobRequest;
}

/** Counts of a slice on top of those before. */
export function added(counts: JsonObject, more: Record<string, number>): JsonObject {
  const sum = { ...counts };
  for (const [name, value] of Object.entries(more)) if (value > 0) sum[name] = numberOf(sum[name]) + value;
  return sum;
}

const numberOf = (value: Json | undefined): number => (typeof value === "number" ? value : 0);

const counts = z.record(z.string(), z.json()).describe("Place → how many");
export const leftView = z.array(z.record(z.string(), z.json())).describe("What stayed, and why");

export const jobView = z.object({
  id: z.string(),
  kind: z.enum(privacyJobs.kind.enumValues),
  status: z.enum(["running", "completed", "expired"]).describe("`expired`: the file of the export has gone"),
  counts,
  left: leftView,
  created_at: z.string(),
  completed_at: z.string().nullable(),
  expires_at: z.string().nullable().describe("Until then the file of an export can be fetched"),
});
export type JobView = z.infer<typeof jobView>;

export function viewJob({ id, kind, status, counts, left, created_at, completed_at, expires_at }: PrivacyJob, now: number): JobView {
  const over = expires_at !== null && expires_at <= now;
  return { id, kind, status: over ? "expired" : status, counts, left, created_at: iso(created_at), completed_at: completed_at === null ? null : iso(completed_at), expires_at: expires_at === null ? null : iso(expires_at) };
}
