import { z } from "zod";
import { apiKeyBody, createApiKey, newApiKeyView } from "../domain/api-keys/create.ts";
import { listApiKeys } from "../domain/api-keys/list.ts";
import { revokeApiKey } from "../domain/api-keys/revoke.ts";
import { apiKeyView } from "../domain/api-keys/view.ts";
import { pageQuery, pagination } from "../domain/page.ts";
import { uuidParams } from "./parameters.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const tag = "api keys";

export const apiKeyRoutes: readonly Route[] = [
  tenantRoute(
    { method: "get", path: "/api-keys", operation: "listApiKeys", tag, summary: "API keys, revoked ones too", permission: "api_keys.read", query: pageQuery, responses: { 200: z.object({ data: z.array(apiKeyView), pagination }) } },
    async ({ ctx, query }) => reply(200, await listApiKeys({ ctx, input: query })),
  ),
  tenantRoute(
    { method: "post", path: "/api-keys", operation: "createApiKey", tag, summary: "Make a key; it is shown once", permission: "api_keys.write", body: apiKeyBody, responses: { 201: newApiKeyView } },
    async ({ ctx, body }) => reply(201, await createApiKey({ ctx, input: body })),
  ),
  tenantRoute(
    { method: "delete", path: "/api-keys/:id", operation: "revokeApiKey", tag, summary: "Revoke a key: from the next request on it opens nothing", permission: "api_keys.write", params: uuidParams, responses: { 204: null } },
    async ({ ctx, params }) => {
      await revokeApiKey({ ctx, input: params });
      return reply(204);
    },
  ),
];
