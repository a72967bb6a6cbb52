import { z } from "zod";
import { pagination } from "../domain/page.ts";
import { permissionFor } from "../domain/records/access.ts";
import { recordContext } from "../domain/records/context.ts";
import { recordTimeline, timelineEntry, timelineQuery, withTimeline } from "../domain/timeline/get.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const params = z.object({ id: z.string().max(64) });

export const timelineRoutes: readonly Route[] = withTimeline.map((of) =>
  tenantRoute(
    { method: "get", path: `/${of.path}/:id/timeline`, operation: `${of.kind}Timeline`, tag: of.path, summary: `All that happened around a ${of.title.toLowerCase()}, the latest first`, permission: permissionFor(of, "read"), params, query: timelineQuery, responses: { 200: z.object({ data: z.array(timelineEntry), pagination }) } },
    async ({ ctx, params, query }) => reply(200, await recordTimeline({ ctx: recordContext(ctx), of, id: params.id, input: query })),
  ),
);
