import { z } from "zod";
import type { notifications } from "../../../db/schema/notifications.ts";
import { iso } from "../context.ts";

export type NotificationRow = typeof notifications.$inferSelect;

export const notificationView = z.object({
  id: z.string(),
  type: z.string(),
  title: z.string(),
  body: z.string().nullable(),
  link: z.string().nullable().describe("Path in the application"),
  record: z.object({ type: z.string(), id: z.string() }).nullable().describe("What it is about"),
  read_at: z.string().nullable(),
  created_at: z.string(),
});
export type NotificationView = z.infer<typeof notificationView>;

export function viewNotification({ id, type, title, body, link, record_type, record_id, read_at, created_at }: NotificationRow): NotificationView {
  return { id, type, title, body, link, record: record_type === null || record_id === null ? null : { type: record_type, id: record_id }, read_at: read_at === null ? null : iso(read_at), created_at: iso(created_at) };
}
