import { z } from "zod";
import { deleteHook } from "../domain/hooks/delete.ts";
import { deliveriesQuery, deliveryView, listDeliveries } from "../domain/hooks/deliveries.ts";
import { getHook, listHooks } from "../domain/hooks/get.ts";
import { hookBody, hookWithSecret, putHook } from "../domain/hooks/put.ts";
import { hookPath, hookView } from "../domain/hooks/view.ts";
import { pageQuery, pagination } from "../domain/page.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const tag = "hooks";
const params = z.object({ path: hookPath });

export const hookRoutes: readonly Route[] = [
  tenantRoute(
    { method: "get", path: "/hooks", operation: "listHooks", tag, summary: "Hooks that are set up", permission: "hooks.read", query: pageQuery, responses: { 200: z.object({ data: z.array(hookView), pagination }) } },
    async ({ ctx, query }) => reply(200, await listHooks({ ctx, input: query })),
  ),
  tenantRoute(
    { method: "get", path: "/hooks/:path", operation: "getHook", tag, summary: "How a hook checks its callers", permission: "hooks.read", params, responses: { 200: hookView } },
    async ({ ctx, params }) => reply(200, await getHook({ ctx, input: params })),
  ),
  tenantRoute(
    { method: "put", path: "/hooks/:path", operation: "putHook", tag, summary: "Set how a hook checks its callers; a secret made here is shown once", permission: "hooks.write", params, body: hookBody, responses: { 200: hookWithSecret, 201: hookWithSecret } },
    async ({ ctx, params, body }) => {
      const { hook, created } = await putHook({ ctx, input: { ...params, ...body } });
      return reply(created ? 201 : 200, hook);
    },
  ),
  tenantRoute(
    { method: "delete", path: "/hooks/:path", operation: "deleteHook", tag, summary: "Forget the hook and its secret", permission: "hooks.write", params, responses: { 204: null } },
    async ({ ctx, params }) => {
      await deleteHook({ ctx, input: params });
      return reply(204);
    },
  ),
  tenantRoute(
    { method: "get", path: "/hooks/:path/deliveries", operation: "listHookDeliveries", tag, summary: "Calls to the hook, refused ones too, newest first", permission: "hooks.read", params, query: deliveriesQuery, responses: { 200: z.object({ data: z.array(deliveryView), pagination }) } },
    async ({ ctx, params, query }) => reply(200, await listDeliveries({ ctx, input: { ...params, ...query } })),
  ),
];
