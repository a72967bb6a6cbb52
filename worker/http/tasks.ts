import { z } from "zod";
import { recordContext } from "../domain/records/context.ts";
import { endSeries } from "../domain/tasks/end-series.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

export const taskRoutes: readonly Route[] = [
  tenantRoute(
    { method: "delete", path: "/tasks/:id/series", operation: "endTaskSeries", tag: "tasks", summary: "End the series a task is of: its open tasks are deleted, none comes after them", permission: "tasks.delete", params: z.object({ id: z.string().max(64) }), responses: { 200: z.object({ deleted: z.array(z.string()) }) } },
    async ({ ctx, params }) => reply(200, await endSeries({ ctx: recordContext(ctx), id: params.id })),
  ),
];
