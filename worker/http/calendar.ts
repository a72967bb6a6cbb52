import { z } from "zod";
import { calendarFile, createFeed, deleteFeed, feedBody, feedList, listFeeds, newFeedView } from "../domain/calendar/feeds.ts";
import { calendarQuery, calendarView, listCalendar } from "../domain/calendar/list.ts";
import { recordContext } from "../domain/records/context.ts";
import { uuidParams } from "./parameters.ts";
import { publicRoute, reply, type Route, sendFile, tenantRoute } from "./route.ts";

const tag = "calendar";
/** A person's own: keys have none. */
const own = { tag, permission: "tasks.read", peopleOnly: true } as const;

export const calendarRoutes: readonly Route[] = [
  tenantRoute(
    { method: "get", path: "/calendar", operation: "listCalendar", tag, summary: "Tasks of a stretch of time, those that recur on each of their days", permission: "tasks.read", query: calendarQuery, responses: { 200: calendarView } },
    async ({ ctx, query }) => reply(200, await listCalendar({ ctx: recordContext(ctx), input: query })),
  ),
  tenantRoute({ ...own, method: "get", path: "/calendar/feeds", operation: "listCalendarFeeds", summary: "Your calendar feeds, newest first", responses: { 200: feedList } }, async ({ ctx }) => reply(200, await listFeeds({ ctx }))),
  tenantRoute({ ...own, method: "post", path: "/calendar/feeds", operation: "createCalendarFeed", summary: "Make a secret link under which a calendar program fetches your tasks", body: feedBody, responses: { 201: newFeedView } }, async ({ ctx, body }) => reply(201, await createFeed({ ctx, input: body }))),
  tenantRoute({ ...own, method: "delete", path: "/calendar/feeds/:id", operation: "deleteCalendarFeed", summary: "End a calendar feed: its link opens nothing from then on", params: uuidParams, responses: { 204: null } }, async ({ ctx, params }) => {
    await deleteFeed({ ctx, id: params.id });
    return reply(204);
  }),
  publicRoute(
    { method: "get", path: "/calendar/feeds/:id", operation: "getCalendarFeed", tag, summary: "The tasks of a feed as iCalendar; the id is `<token>.ics`", params: z.object({ id: z.string().max(64) }), responses: { 200: { file: ["text/calendar"] } } },
    async ({ ctx, params }) => {
      const { file, etag } = await calendarFile({ ctx, name: params.id });
      return { ...sendFile(file), headers: { etag, "cache-control": "private, max-age=300", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" } };
    },
  ),
];
