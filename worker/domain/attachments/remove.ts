/**
 * Files go in three steps: the row says so, the bytes are deleted, the row goes. What a crash
 * leaves of it, or of a file that was never stored whole, retention finishes.
 * @module
 */
import { and, asc, eq, lt, ne, sql } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { attachments } from "../../../db/schema/attachments.ts";
import { recordTable } from "../../../db/schema/record-tables.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";
import { entities } from "../../../sdk/schema/crm/index.ts";
import { aboutKinds } from "../../../sdk/schema/crm/note/index.ts";
import type { Env } from "../../env.ts";
import { audited } from "../audit/record.ts";
import type { RecordContext } from "../records/context.ts";
import { type AttachmentRow, findAttachment, keyOf } from "./view.ts";

/** Of one call of retention. */
const atOnce = 100;
/** What is not finished by then was given up. */
const unfinishedMs = 3_600_000;

type Place = { env: Env; db: TenantDb };

/** @throws PlatformError `not-found`, `forbidden` */
export async function deleteAttachment({ ctx, id }: { ctx: RecordContext; id: string }): Promise<void> {
  const { db, now } = ctx;
  const row = await findAttachment(ctx, id);
  const { record_type, record_id, name, type, bytes } = row;
  const done = await db.batchIf(db.exists(attachments, and(eq(attachments.id, id), eq(attachments.state, "ready"))), [db.update(attachments, { state: "gone", changed_at: now }, eq(attachments.id, id)), audited(ctx, { action: "attachment.delete", entityId: id, before: { record_type, record_id, name, type, bytes } })]);
  if (done) ctx.waitUntil(drop(ctx, [row]));
}

async function drop({ env, db }: Place, rows: readonly Pick<AttachmentRow, "id">[]): Promise<void> {
  const ids = rows.map(({ id }) => id);
  await env.BLOBS.delete(ids.map((id) => keyOf(db.tenant, id)));
  await db.remove(attachments, among(attachments.id, ids));
}

/**
 * A part of what retention does (../retention/clean.ts): files that were given up, and those of
 * records that were deleted before the tenant's time. @returns how many went, by place
 */
export async function removeOldAttachments({ env, db, now, before }: Place & { now: number; before: number }): Promise<Record<string, number>> {
  const unfinished = await db.select(attachments, { where: and(ne(attachments.state, "ready"), lt(attachments.changed_at, now - unfinishedMs)), orderBy: asc(attachments.changed_at), limit: atOnce });
  const old: AttachmentRow[] = [];
  for (const kind of aboutKinds) {
    if (unfinished.length + old.length >= atOnce) break;
    const table = recordTable(entities[kind]);
    const gone = sql`${attachments.record_id} in (select ${table.id} from ${table} where ${table.tenant_id} = ${db.tenant} and ${table.deleted_at} is not null and ${table.deleted_at} < ${before})`;
    old.push(...(await db.select(attachments, { where: and(eq(attachments.record_type, kind), eq(attachments.state, "ready"), gone), limit: atOnce - unfinished.length - old.length })));
  }
  const rows = [...unfinished, ...old];
  if (rows.length > 0) await drop({ env, db }, rows);
  return rows.length > 0 ? { attachments: rows.length } : {};
}
