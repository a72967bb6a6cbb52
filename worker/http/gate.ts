import { deploymentPreview, moveList } from "../../sdk/schema/gate.ts";
import { deploymentRequest } from "../../sdk/schema/manifest.ts";
import { listMoves } from "../domain/gate/list.ts";
import { previewDraft } from "../domain/gate/preview-draft.ts";
import { previewDeployment } from "../domain/gate/preview.ts";
import { pageQuery } from "../domain/page.ts";
import { uuidParams, workflowParams } from "./parameters.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const tag = "deployments";

export const gateRoutes: readonly Route[] = [
  tenantRoute(
    {
      method: "post",
      path: "/deployments/preview",
      operation: "previewDeployment",
      tag,
      summary: "What a deployment would change, and what recorded histories say to it; nothing is deployed",
      permission: "deployments.write",
      body: deploymentRequest,
      maxBytes: 20 * 1024 * 1024,
      responses: { 200: deploymentPreview },
    },
    async ({ ctx, body }) => reply(200, await previewDeployment({ ctx, input: body })),
  ),
  tenantRoute(
    {
      method: "post",
      path: "/workflows/:id/publish/preview",
      operation: "previewPublish",
      tag: "workflows",
      summary: "What publishing the draft would change, and what recorded histories say to it; nothing is published",
      permission: "deployments.write",
      params: workflowParams,
      loadsWorkflow: true,
      responses: { 200: deploymentPreview },
    },
    async ({ ctx, params }) => reply(200, await previewDraft({ ctx, input: params })),
  ),
  tenantRoute(
    { method: "get", path: "/deployments/:id/moves", operation: "listMoves", tag, summary: "What became of the executions that were in flight when it went live", permission: "deployments.read", params: uuidParams, query: pageQuery, responses: { 200: moveList } },
    async ({ ctx, params, query }) => reply(200, await listMoves({ ctx, input: { ...params, ...query } })),
  ),
];
