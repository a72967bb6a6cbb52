import { and, desc, eq, lt } from "drizzle-orm";
import { z } from "zod";
import { listTenantErasures } from "../../../db/privacy-jobs.ts";
import { privacyReceipts } from "../../../db/schema/privacy.ts";
import { iso, type OperatorContext, type TenantContext } from "../context.ts";
import { type Page, pageQuery, readCursor, toPage } from "../page.ts";
import { jobView, leftView, viewJob } from "./job.ts";
import { subjectHash } from "./subject.ts";

export const receiptsQuery = pageQuery.extend({ email: z.email().max(254).optional().describe("Only those about this person"), kind: z.enum(privacyReceipts.kind.enumValues).optional() });

export const receiptView = z.object({
  id: z.string(),
  kind: z.enum(privacyReceipts.kind.enumValues),
  subject_hash: z.string().nullable().describe("Keyed hash of the address; null: about nobody in particular"),
  actor_id: z.string().nullable().describe("User or API key; null: the platform"),
  counts: z.record(z.string(), z.json()).describe("Place → how many"),
  left: leftView,
  created_at: z.string(),
  completed_at: z.string().nullable(),
});
export type ReceiptView = z.infer<typeof receiptView>;

function view({ id, kind, subject_hash, actor_id, counts, left, created_at, completed_at }: typeof privacyReceipts.$inferSelect): ReceiptView {
  return { id, kind, subject_hash, actor_id, counts, left, created_at: iso(created_at), completed_at: completed_at === null ? null : iso(completed_at) };
}

/** Newest first. */
export async function listReceipts({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof receiptsQuery> }): Promise<Page<ReceiptView>> {
  const before = readCursor(input.cursor);
  const where = and(
    before === null ? undefined : lt(privacyReceipts.id, before),
    input.kind === undefined ? undefined : eq(privacyReceipts.kind, input.kind),
    input.email === undefined ? undefined : eq(privacyReceipts.subject_hash, await subjectHash(ctx, input.email)),
  );
  const rows = await ctx.db.select(privacyReceipts, { where, orderBy: desc(privacyReceipts.id), limit: input.limit + 1 });
  return toPage(rows, input.limit, (row) => row.id, view);
}

export const erasureView = jobView.omit({ expires_at: true }).extend({ tenant_id: z.string(), actor_id: z.string().nullable() });

/** What is left of tenants that are gone: the latest first. */
export async function listErasedTenants({ ctx, input }: { ctx: OperatorContext; input: z.infer<typeof pageQuery> }): Promise<Page<z.infer<typeof erasureView>>> {
  const rows = await listTenantErasures(ctx.env.DB, { before: readCursor(input.cursor), limit: input.limit + 1 });
  return toPage(rows, input.limit, (row) => row.id, (row) => {
    const { expires_at: _, ...job } = viewJob(row, ctx.now);
    return { ...job, tenant_id: row.tenant_id, actor_id: row.actor_id };
  });
}
