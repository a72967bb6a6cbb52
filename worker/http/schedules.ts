import { z } from "zod";
import { backfillView, scheduleDetail, schedulePreview, scheduleView } from "../../sdk/schema/schedule.ts";
import { startedView } from "../domain/executions/execute.ts";
import { pagination } from "../domain/page.ts";
import { backfillBody, backfillSchedule } from "../domain/schedules/backfill.ts";
import { getSchedule, listSchedules, schedulesQuery } from "../domain/schedules/list.ts";
import { pauseSchedule } from "../domain/schedules/pause.ts";
import { previewQuery, previewSchedule } from "../domain/schedules/preview.ts";
import { triggerSchedule } from "../domain/schedules/trigger.ts";
import { uuidParams } from "./parameters.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const tag = "schedules";

export const scheduleRoutes: readonly Route[] = [
  tenantRoute(
    { method: "get", path: "/schedules", operation: "listSchedules", tag, summary: "Schedules of the deployed workflows", permission: "workflows.read", query: schedulesQuery, responses: { 200: z.object({ data: z.array(scheduleView), pagination }) } },
    async ({ ctx, query }) => reply(200, await listSchedules({ ctx, input: query })),
  ),
  // Before `:id`, which it is none of.
  tenantRoute(
    { method: "get", path: "/schedules/preview", operation: "previewSchedule", tag, summary: "The next times of a cron expression in a timezone", permission: "workflows.read", query: previewQuery, responses: { 200: schedulePreview } },
    async ({ ctx, query }) => reply(200, await previewSchedule({ ctx, input: query })),
  ),
  tenantRoute(
    { method: "get", path: "/schedules/:id", operation: "getSchedule", tag, summary: "One schedule, with its backfills", permission: "workflows.read", params: uuidParams, responses: { 200: scheduleDetail } },
    async ({ ctx, params }) => reply(200, await getSchedule({ ctx, input: params })),
  ),
  tenantRoute(
    { method: "post", path: "/schedules/:id/pause", operation: "pauseSchedule", tag, summary: "Pause a schedule, through deployments too", permission: "workflows.write", params: uuidParams, responses: { 200: scheduleDetail } },
    async ({ ctx, params }) => reply(200, await pauseSchedule({ ctx, input: { ...params, paused: true } })),
  ),
  tenantRoute(
    { method: "post", path: "/schedules/:id/resume", operation: "resumeSchedule", tag, summary: "Let a paused schedule run again, from its next time on", permission: "workflows.write", params: uuidParams, responses: { 200: scheduleDetail } },
    async ({ ctx, params }) => reply(200, await pauseSchedule({ ctx, input: { ...params, paused: false } })),
  ),
  tenantRoute(
    { method: "post", path: "/schedules/:id/trigger", operation: "triggerSchedule", tag, summary: "Run a schedule now, besides its times", permission: "workflows.execute", params: uuidParams, keyed: true, responses: { 202: startedView } },
    async ({ ctx, params, key }) => reply(202, await triggerSchedule({ ctx, input: { ...params, key } })),
  ),
  tenantRoute(
    { method: "post", path: "/schedules/:id/backfill", operation: "backfillSchedule", tag, summary: "Run the times of a range that lies behind, at most 1,000; `GET /schedules/{id}` shows how far it is", permission: "workflows.execute", params: uuidParams, body: backfillBody, responses: { 202: backfillView } },
    async ({ ctx, params, body }) => reply(202, await backfillSchedule({ ctx, input: { ...params, ...body } })),
  ),
];
