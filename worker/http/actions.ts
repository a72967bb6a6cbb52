import { z } from "zod";
import { actionBody, actionPreview, actionResult, actionsQuery, actionView, executeAction, listActions, previewAction } from "../actions/by-hand.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const tag = "actions";

export const actionRoutes: readonly Route[] = [
  tenantRoute(
    { method: "get", path: "/actions", operation: "listActions", tag, summary: "What workflows, and people by hand, may have done, with JSON Schemas", permission: "workflows.read", query: actionsQuery, responses: { 200: z.object({ data: z.array(actionView) }) } },
    async ({ query }) => reply(200, { data: listActions(query) }),
  ),
  tenantRoute(
    { method: "post", path: "/actions", operation: "executeAction", tag, summary: "Have an action carried out, with one's own permissions", permission: "actions.execute", keyed: true, body: actionBody, responses: { 200: actionResult } },
    async ({ ctx, body, key }) => reply(200, await executeAction({ ctx, input: body, key })),
  ),
  tenantRoute(
    { method: "post", path: "/actions/preview", operation: "previewAction", tag, summary: "What an action would change; nothing is done", permission: "actions.execute", body: actionBody, responses: { 200: actionPreview } },
    async ({ ctx, body }) => reply(200, await previewAction({ ctx, input: body })),
  ),
];
