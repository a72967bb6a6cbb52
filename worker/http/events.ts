import { z } from "zod";
import { catalogueEntry } from "../events/catalogue.ts";
import { newEvent } from "../events/new-event.ts";
import { getCatalogue } from "../domain/events/catalogue.ts";
import { eventsQuery, listEvents } from "../domain/events/list.ts";
import { publishEvent } from "../domain/events/publish.ts";
import { redispatchEvent } from "../domain/events/redispatch.ts";
import { seenEvent } from "../domain/events/seen.ts";
import { eventDetail, eventView, getEvent } from "../domain/events/view.ts";
import { pagination } from "../domain/page.ts";
import { uuidParams } from "./parameters.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const tag = "events";

export const eventRoutes: readonly Route[] = [
  tenantRoute(
    { method: "get", path: "/events", operation: "listEvents", tag, summary: "What has happened, newest first", permission: "events.read", query: eventsQuery, responses: { 200: z.object({ data: z.array(eventView), pagination }) } },
    async ({ ctx, query }) => {
      const { data, pagination } = await listEvents({ ctx, input: query });
      return reply(200, { data: data.map((one) => seenEvent(ctx.actor, one)), pagination });
    },
  ),
  tenantRoute(
    { method: "post", path: "/events", operation: "publishEvent", tag, summary: "Publish an event of the tenant's own", permission: "events.write", body: newEvent, keyed: true, responses: { 200: eventView, 202: eventView } },
    async ({ ctx, body, key }) => {
      const { event, created } = await publishEvent({ ctx, input: { ...body, key } });
      const seen = seenEvent(ctx.actor, event);
      return created ? reply(202, seen) : reply(200, seen);
    },
  ),
  // Before `:id`, which it is none of.
  tenantRoute(
    { method: "get", path: "/events/catalogue", operation: "getEventCatalogue", tag, summary: "Types of events, with JSON Schemas of their data", permission: "events.read", responses: { 200: z.object({ data: z.array(catalogueEntry) }) } },
    async ({ ctx }) => reply(200, { data: await getCatalogue({ ctx }) }),
  ),
  tenantRoute(
    { method: "get", path: "/events/:id", operation: "getEvent", tag, summary: "One event, and what it started", permission: "events.read", params: uuidParams, responses: { 200: eventDetail } },
    async ({ ctx, params }) => reply(200, seenEvent(ctx.actor, await getEvent({ ctx, input: params }))),
  ),
  tenantRoute(
    { method: "post", path: "/events/:id/redispatch", operation: "redispatchEvent", tag, summary: "Dispatch again: reaches whom it has not reached", permission: "events.write", params: uuidParams, responses: { 202: eventView } },
    async ({ ctx, params }) => reply(202, seenEvent(ctx.actor, await redispatchEvent({ ctx, input: params }))),
  ),
];
