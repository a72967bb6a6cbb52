import { z } from "zod";
import { hookBody } from "../domain/hooks/config.ts";
import { deleteHook } from "../domain/hooks/delete.ts";
import { deliveriesQuery, deliveryDetail, deliveryView, getDelivery, getPayload, listDeliveries } from "../domain/hooks/deliveries.ts";
import { getHook, listHooks } from "../domain/hooks/get.ts";
import { putHook } from "../domain/hooks/put.ts";
import { redriveDelivery, redrivenView } from "../domain/hooks/redrive.ts";
import { getHookRedrive, redriveFilter, redriveMany } from "../domain/hooks/redrive-many.ts";
import { rotateHook, rotateHookBody } from "../domain/hooks/rotate.ts";
import { getSample, listenForSample, sampleView } from "../domain/hooks/sample.ts";
import { hookPath, hookView, hookWithSecret } from "../domain/hooks/view.ts";
import { replayView } from "../domain/dead-letters/job.ts";
import { pageQuery, pagination } from "../domain/page.ts";
import { uuid } from "./parameters.ts";
import { reply, type Route, sendFile, tenantRoute } from "./route.ts";

const tag = "hooks";
const params = z.object({ path: hookPath });
const callParams = params.extend({ id: uuid });
const payloadType = "application/octet-stream";

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
    { method: "post", path: "/hooks/:path/rotate", operation: "rotateHook", tag, summary: "Change the secret; the old one counts for a while beside it", permission: "hooks.write", params, body: rotateHookBody, responses: { 200: hookWithSecret } },
    async ({ ctx, params, body }) => reply(200, await rotateHook({ ctx, input: { ...params, ...body } })),
  ),
  tenantRoute(
    { method: "post", path: "/hooks/:path/listen", operation: "listenForSample", tag, summary: "Keep the next call to the hook's test address, for ten minutes", permission: "hooks.write", params, responses: { 200: sampleView } },
    async ({ ctx, params }) => reply(200, await listenForSample({ ctx, input: params })),
  ),
  tenantRoute(
    { method: "get", path: "/hooks/:path/sample", operation: "getHookSample", tag, summary: "The call that came to the test address", permission: "hooks.read", params, responses: { 200: sampleView } },
    async ({ ctx, params }) => reply(200, await getSample({ ctx, input: params })),
  ),
  tenantRoute(
    { method: "get", path: "/hooks/:path/deliveries", operation: "listHookDeliveries", tag, summary: "Calls to the hook, refused ones too, newest first", permission: "hooks.read", params, query: deliveriesQuery, responses: { 200: z.object({ data: z.array(deliveryView), pagination }) } },
    async ({ ctx, params, query }) => reply(200, await listDeliveries({ ctx, input: { ...params, ...query } })),
  ),
  tenantRoute(
    { method: "get", path: "/hooks/:path/deliveries/:id", operation: "getHookDelivery", tag, summary: "A call with how its body begins", permission: "hooks.read", params: callParams, responses: { 200: deliveryDetail } },
    async ({ ctx, params }) => reply(200, await getDelivery({ ctx, input: params })),
  ),
  tenantRoute(
    { method: "get", path: "/hooks/:path/deliveries/:id/payload", operation: "getHookPayload", tag, summary: "The body of a call, as it came", permission: "hooks.read", params: callParams, responses: { 200: { file: [payloadType] } } },
    async ({ ctx, params }) => sendFile({ type: payloadType, name: `${params.id}.bin`, content: await getPayload({ ctx, input: params }) }),
  ),
  tenantRoute(
    { method: "post", path: "/hooks/:path/deliveries/:id/redrive", operation: "redriveHookDelivery", tag, summary: "Give a call to the workflows that listen now, as new executions", permission: "hooks.write", params: callParams, keyed: true, responses: { 202: redrivenView } },
    async ({ ctx, params, key }) => reply(202, await redriveDelivery({ ctx, input: { ...params, key } })),
  ),
  tenantRoute(
    { method: "post", path: "/hooks/:path/deliveries/redrive", operation: "redriveHookDeliveries", tag, summary: "Re-drive all calls that fit, in the background", permission: "hooks.write", params, body: redriveFilter, keyed: true, responses: { 202: replayView } },
    async ({ ctx, params, body, key }) => reply(202, await redriveMany({ ctx, input: { ...params, ...body, key } })),
  ),
  tenantRoute(
    { method: "get", path: "/hooks/:path/redrives/:id", operation: "getHookRedrive", tag, summary: "How far a re-drive of many is", permission: "hooks.read", params: callParams, responses: { 200: replayView } },
    async ({ ctx, params }) => reply(200, await getHookRedrive({ ctx, input: params })),
  ),
];
