import { listNotifications, notificationList, notificationsQuery } from "../domain/notifications/list.ts";
import { getPreferences, preferenceList, preferencesBody, setPreferences } from "../domain/notifications/preferences.ts";
import { readAllNotifications, readAllView, readNotification } from "../domain/notifications/read.ts";
import { notificationView } from "../domain/notifications/view.ts";
import { uuidParams } from "./parameters.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

/** A person's own in their tenant: keys have none. */
const own = { tag: "notifications", permission: "notifications.read", peopleOnly: true } as const;

export const notificationRoutes: readonly Route[] = [
  tenantRoute(
    { ...own, method: "get", path: "/notifications", operation: "listNotifications", summary: "Your notifications, newest first", query: notificationsQuery, responses: { 200: notificationList } },
    async ({ ctx, query }) => reply(200, await listNotifications({ ctx, input: query })),
  ),
  tenantRoute(
    { ...own, method: "post", path: "/notifications/read-all", operation: "readAllNotifications", summary: "Mark all of your notifications as read", responses: { 200: readAllView } },
    async ({ ctx }) => reply(200, await readAllNotifications({ ctx })),
  ),
  tenantRoute(
    { ...own, method: "get", path: "/notifications/preferences", operation: "getNotificationPreferences", summary: "What you are told of, and how", responses: { 200: preferenceList } },
    async ({ ctx }) => reply(200, await getPreferences({ ctx })),
  ),
  tenantRoute(
    { ...own, method: "put", path: "/notifications/preferences", operation: "setNotificationPreferences", summary: "Choose what you are told of, and how", body: preferencesBody, responses: { 200: preferenceList } },
    async ({ ctx, body }) => reply(200, await setPreferences({ ctx, input: body })),
  ),
  tenantRoute(
    { ...own, method: "post", path: "/notifications/:id/read", operation: "readNotification", summary: "Mark a notification as read", params: uuidParams, responses: { 200: notificationView } },
    async ({ ctx, params }) => reply(200, await readNotification({ ctx, input: params })),
  ),
];
