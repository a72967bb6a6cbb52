import { and, desc, eq, lt } from "drizzle-orm";
import type { z } from "zod";
import { attachments } from "../../../db/schema/attachments.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { type Page, type pageQuery, readCursor, toPage } from "../page.ts";
import type { RecordContext } from "../records/context.ts";
import { type attachmentView, mustSeeRecord, viewAttachment } from "./view.ts";

/** Of a record, the newest first. @throws PlatformError `not-found`, `forbidden` */
export async function listAttachments({ ctx, of, id, input }: { ctx: RecordContext; of: AnyEntity; id: string; input: z.output<typeof pageQuery> }): Promise<Page<z.infer<typeof attachmentView>>> {
  await mustSeeRecord(ctx, of.kind, id, true);
  const before = readCursor(input.cursor);
  const rows = await ctx.db.select(attachments, {
    where: and(eq(attachments.record_type, of.kind), eq(attachments.record_id, id), eq(attachments.state, "ready"), before === null ? undefined : lt(attachments.id, before)),
    orderBy: desc(attachments.id),
    limit: input.limit + 1,
  });
  return toPage(rows, input.limit, (row) => row.id, viewAttachment);
}
