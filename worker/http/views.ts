/** Saved views of lists, boards and calendars. */
import { z } from "zod";
import { pagination } from "../domain/page.ts";
import { recordContext } from "../domain/records/context.ts";
import { getView, listViews, viewsQuery } from "../domain/views/list.ts";
import { createView, deleteView, updateView } from "../domain/views/save.ts";
import { newView, viewAlone, viewChange, viewShown } from "../domain/views/view.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const params = z.object({ id: z.string().max(64) });
const tag = "views";
const etag = (version: number) => ({ headers: { etag: `"${version}"` } });

export const viewRoutes: readonly Route[] = [
  tenantRoute({ method: "get", path: "/views", operation: "listViews", tag, summary: "List saved views: your own and shared ones", permission: "views.read", query: viewsQuery, responses: { 200: z.object({ data: z.array(viewShown), pagination }) } }, async ({ ctx, query }) => reply(200, await listViews({ ctx: recordContext(ctx), input: query }))),
  tenantRoute({ method: "post", path: "/views", operation: "createView", tag, summary: "Save a view", permission: "views.write", body: newView, responses: { 201: viewShown } }, async ({ ctx, body }) => {
    const view = await createView({ ctx: recordContext(ctx), input: body });
    return { ...reply(201, view), ...etag(view.version) };
  }),
  tenantRoute({ method: "get", path: "/views/:id", operation: "getView", tag, summary: "See a view, and what of it does not fit any more", permission: "views.read", params, responses: { 200: viewAlone } }, async ({ ctx, params }) => {
    const view = await getView({ ctx: recordContext(ctx), id: params.id });
    return { ...reply(200, view), ...etag(view.version) };
  }),
  tenantRoute({ method: "patch", path: "/views/:id", operation: "updateView", tag, summary: "Change a view", permission: "views.write", params, versioned: true, body: viewChange, responses: { 200: viewShown } }, async ({ ctx, params, body, version }) => {
    const view = await updateView({ ctx: recordContext(ctx), id: params.id, input: body, version });
    return { ...reply(200, view), ...etag(view.version) };
  }),
  tenantRoute({ method: "delete", path: "/views/:id", operation: "deleteView", tag, summary: "Delete a view", permission: "views.delete", params, versioned: true, responses: { 204: null } }, async ({ ctx, params, version }) => {
    await deleteView({ ctx: recordContext(ctx), id: params.id, version });
    return reply(204);
  }),
];
