import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { attachments } from "../../../db/schema/attachments.ts";
import { entityOfKind } from "../../../sdk/schema/crm/index.ts";
import { aboutKinds } from "../../../sdk/schema/crm/note/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { iso } from "../context.ts";
import { findRecord } from "../records/access.ts";
import type { RecordContext } from "../records/context.ts";

export type AttachmentRow = typeof attachments.$inferSelect;

/** What a file belongs to. */
export const ofRecord = { record_type: z.enum(aboutKinds).describe("Kind of the record it belongs to"), record_id: z.string().min(1).max(64).describe("The record it belongs to") } as const;

export const attachmentView = z.object({
  id: z.string(),
  record_type: z.string(),
  record_id: z.string(),
  name: z.string(),
  type: z.string().describe("Media type, by the bytes of the file"),
  bytes: z.number().int(),
  created_by: z.string().nullable(),
  created_at: z.string(),
});

export function viewAttachment({ id, record_type, record_id, name, type, bytes, created_by, created_at }: AttachmentRow): z.infer<typeof attachmentView> {
  return { id, record_type, record_id, name, type, bytes, created_by, created_at: iso(created_at) };
}

/** Files are as visible as what they belong to. @throws PlatformError `not-found`, `forbidden` */
export async function mustSeeRecord(ctx: RecordContext, kind: string, id: string, deleted = false): Promise<void> {
  const of = entityOfKind.get(kind);
  if (!of) throw new PlatformError("not-found", `There is no ${kind} ${id}.`);
  await findRecord(ctx, of, id, { deleted });
}

/** @throws PlatformError `not-found`, also for a file of a record that is not to be seen */
export async function findAttachment(ctx: RecordContext, id: string): Promise<AttachmentRow> {
  const row = await ctx.db.first(attachments, and(eq(attachments.id, id), eq(attachments.state, "ready")));
  const gone = () => new PlatformError("not-found", `There is no attachment ${id}.`);
  if (!row) throw gone();
  await mustSeeRecord(ctx, row.record_type, row.record_id, true).catch((error: unknown) => {
    throw error instanceof PlatformError && error.code === "not-found" ? gone() : error;
  });
  return row;
}

export const keyOf = (tenant: string, id: string): string => `attachments/${tenant}/${id}`;
