import { eq } from "drizzle-orm";
import { z } from "zod";
import { privacyJobs } from "../../../db/schema/privacy.ts";
import type { PrivacyJob } from "../../../db/privacy-jobs.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { mustBeOwn } from "../tenants/get.ts";
import { type JobRequest, type JobView, newJob, viewJob } from "./job.ts";
import { partKey, runJob } from "./run.ts";
import { findSubject, saysWho, subjectFields, subjectHash, whoIsMissing } from "./subject.ts";

export const exportBody = z.strictObject(subjectFields).refine(saysWho, whoIsMissing);

/** Begins; the file is there when the job is completed. */
export async function exportPerson({ ctx, input }: { ctx: TenantContext; input: z.output<typeof exportBody> }): Promise<JobView> {
  const subject = await findSubject(ctx, input);
  return begin(ctx, "export_person", { subject, cancelRunning: false }, await subjectHash(ctx, subject.email));
}

/** @throws PlatformError `not-found` for any tenant but the actor's own */
export async function exportTenant({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<JobView> {
  mustBeOwn(ctx, input.id);
  return begin(ctx, "export_tenant", { subject: null, cancelRunning: false }, null);
}

async function begin(ctx: TenantContext, kind: "export_person" | "export_tenant", request: JobRequest, hash: string | null): Promise<JobView> {
  const { row, statement } = await newJob(ctx, { kind, request, hash });
  await ctx.db.batch([statement, audited(ctx, { action: `privacy.${kind}`, entityId: row.id })]);
  ctx.waitUntil(runJob(ctx.env, row.id, ctx.now));
  return viewJob(row, ctx.now);
}

/** @throws PlatformError `not-found` */
export async function getJob({ ctx, input }: { ctx: TenantContext; input: { id: string } }, kinds: readonly PrivacyJob["kind"][]): Promise<JobView> {
  return viewJob(await findJob(ctx, input.id, kinds), ctx.now);
}

async function findJob(ctx: TenantContext, id: string, kinds: readonly PrivacyJob["kind"][]): Promise<PrivacyJob> {
  const row = await ctx.db.first(privacyJobs, eq(privacyJobs.id, id));
  if (!row || !kinds.includes(row.kind)) throw new PlatformError("not-found", `There is no job ${id}.`);
  return row;
}

export const exportKinds = ["export_person", "export_tenant"] as const;

/**
 * The file, piece by piece as it was made.
 * @throws PlatformError `not-found`, also when its time is over; `conflict` while it is being made
 */
export async function downloadExport({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<{ type: string; name: string; content: ReadableStream<Uint8Array> }> {
  const row = await findJob(ctx, input.id, exportKinds);
  if (row.status === "running") throw new PlatformError("conflict", "The export is still being made. Ask for it until it is `completed`.");
  if (row.expires_at !== null && row.expires_at <= ctx.now) throw new PlatformError("not-found", "The file of this export has gone. Make another export.");
  let part = 0;
  const content = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (part >= row.state.parts) return controller.close();
        const stored = await ctx.env.BLOBS.get(partKey(row, part++));
        if (!stored) throw new Error(`a piece of the export ${row.id} is gone`);
        controller.enqueue(new Uint8Array(await stored.arrayBuffer()));
      },
    },
    { highWaterMark: 0 },
  );
  return { type: "application/x-ndjson", name: `${row.kind === "export_person" ? "person" : "tenant"}-${row.id}.ndjson`, content };
}
