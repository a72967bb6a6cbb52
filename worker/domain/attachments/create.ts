import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { newId } from "../../../db/ids.ts";
import { attachments } from "../../../db/schema/attachments.ts";
import { readCounts, storedBy } from "../../../db/tenant-counts.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { audited } from "../audit/record.ts";
import { planLimit } from "../plans/refusal.ts";
import { limitsOfTenant } from "../plans/room.ts";
import { actorId, type RecordContext } from "../records/context.ts";
import { mediaTypeOf } from "./media-type.ts";
import { type attachmentView, keyOf, mustSeeRecord, ofRecord, viewAttachment } from "./view.ts";

export const mostBytes = 5 * 1024 * 1024;

export const newAttachmentQuery = z.object({
  ...ofRecord,
  name: z
    .string()
    .trim()
    .min(1)
    .max(255)
    .refine((name) => name.isWellFormed() && !/[\p{Cc}/\\]/u.test(name), "a name of a file, without a path")
    .describe("What the file is called"),
});

export interface NewFile {
  content: ReadableStream<Uint8Array> | null;
  /** What the caller says that it is. */
  mediaType: string | null;
}

/**
 * Keeps a file with a record. The row is there first, so that nothing is stored that nobody
 * knows of, and counts as soon as it is: two uploads at once do not both get the last room.
 * @throws PlatformError `not-found`, `forbidden`, `too-large`, `unsupported-media-type`, `plan-limit`
 */
export async function createAttachment({ ctx, input, file }: { ctx: RecordContext; input: z.output<typeof newAttachmentQuery>; file: NewFile }): Promise<z.infer<typeof attachmentView>> {
  const { db, env, now, tenant } = ctx;
  await mustSeeRecord(ctx, input.record_type, input.record_id);
  const bytes = await readAtMost(file.content, mostBytes);
  if (bytes.length === 0) throw new PlatformError("bad-request", "The body is the file; it is empty.");
  const found = await mediaTypeOf(bytes, input.name, file.mediaType);
  if ("refused" in found) throw new PlatformError("unsupported-media-type", `${input.name}: ${found.refused}.`);
  const row = { id: newId(now), ...input, type: found.type, bytes: bytes.length, state: "pending" as const, created_by: actorId(ctx), created_at: now, changed_at: now };
  const { storage_bytes: limit } = await limitsOfTenant(ctx, tenant);
  const begun = db.insert(attachments, row);
  if (limit === null) await db.batch([begun]);
  else if (!(await db.batchIf(sql`(${storedBy(tenant)} + ${bytes.length} <= ${limit})`, [begun]))) throw planLimit("storage_bytes", { limit, used: (await readCounts(env.DB, tenant, now)).storage_bytes, resetsAt: null });
  await env.BLOBS.put(keyOf(tenant, row.id), bytes, { httpMetadata: { contentType: row.type } });
  const { record_type, record_id, name, type } = row;
  await db.batch([db.update(attachments, { state: "ready" }, and(eq(attachments.id, row.id), eq(attachments.state, "pending"))), audited(ctx, { action: "attachment.create", entityId: row.id, after: { record_type, record_id, name, type, bytes: row.bytes } })]);
  return viewAttachment({ ...row, state: "ready", tenant_id: tenant });
}

/** Counted as it comes: no more is held than may be. @throws PlatformError `too-large` */
async function readAtMost(stream: ReadableStream<Uint8Array> | null, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = stream?.getReader();
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    size += next.value.length;
    if (size > most) {
      await reader?.cancel();
      throw new PlatformError("too-large", `A file may have ${most / 1024 / 1024} MB.`);
    }
    chunks.push(next.value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
