import { and, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { notifications } from "../../../db/schema/notifications.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { TenantContext } from "../context.ts";
import { reader } from "./reader.ts";
import { type NotificationView, viewNotification } from "./view.ts";

/** @throws PlatformError `not-found`, also for one of somebody else's */
export async function readNotification({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<NotificationView> {
  const row = await ctx.db.first(notifications, and(eq(notifications.id, input.id), eq(notifications.user_id, reader(ctx))));
  if (!row) throw new PlatformError("not-found", `There is no notification ${input.id}.`);
  if (row.read_at !== null) return viewNotification(row);
  await ctx.db.batch([ctx.db.update(notifications, { read_at: ctx.now }, and(eq(notifications.id, row.id), isNull(notifications.read_at)))]);
  return viewNotification({ ...row, read_at: ctx.now });
}

export const readAllView = z.object({ unread_count: z.literal(0) });

export async function readAllNotifications({ ctx }: { ctx: TenantContext }): Promise<z.infer<typeof readAllView>> {
  await ctx.db.batch([ctx.db.update(notifications, { read_at: ctx.now }, and(eq(notifications.user_id, reader(ctx)), isNull(notifications.read_at)))]);
  return { unread_count: 0 };
}
