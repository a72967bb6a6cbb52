import { and, desc, eq, isNull, lt } from "drizzle-orm";
import { z } from "zod";
import { notifications } from "../../../db/schema/notifications.ts";
import type { TenantContext } from "../context.ts";
import { type Page, pageQuery, pagination, readCursor, toPage } from "../page.ts";
import { reader } from "./reader.ts";
import { notificationType } from "./types.ts";
import { notificationView, type NotificationView, viewNotification } from "./view.ts";

export const notificationsQuery = pageQuery.extend({
  unread: z.stringbool().optional().describe("`true`: only those that have not been read"),
  type: notificationType.optional(),
});

export const notificationList = z.object({ data: z.array(notificationView), pagination, unread_count: z.number().int() });

/** One's own, newest first. */
export async function listNotifications({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof notificationsQuery> }): Promise<Page<NotificationView> & { unread_count: number }> {
  const mine = eq(notifications.user_id, reader(ctx));
  const before = readCursor(input.cursor);
  const unread = isNull(notifications.read_at);
  const [rows, unread_count] = await Promise.all([
    ctx.db.select(notifications, {
      where: and(mine, input.unread ? unread : undefined, input.type === undefined ? undefined : eq(notifications.type, input.type), before === null ? undefined : lt(notifications.id, before)),
      orderBy: desc(notifications.id),
      limit: input.limit + 1,
    }),
    ctx.db.count(notifications, and(mine, unread)),
  ]);
  return { ...toPage(rows, input.limit, (row) => row.id, viewNotification), unread_count };
}
