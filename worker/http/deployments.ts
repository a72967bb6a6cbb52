import { z } from "zod";
import { deploymentRequest, deploymentView } from "../../sdk/schema/manifest.ts";
import { activateDeployment } from "../domain/deployments/activate.ts";
import { createDeployment } from "../domain/deployments/create.ts";
import { getDeployment } from "../domain/deployments/get.ts";
import { listDeployments } from "../domain/deployments/list.ts";
import { deploymentDetail } from "../domain/deployments/view.ts";
import { pageQuery, pagination } from "../domain/page.ts";
import { uuidParams } from "./parameters.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const tag = "deployments";

export const deploymentRoutes: readonly Route[] = [
  tenantRoute(
    {
      method: "post",
      path: "/deployments",
      operation: "createDeployment",
      tag,
      summary: "Deploy a bundle: its workflows run from it at once. 200 when it is deployed already, unchanged.",
      permission: "deployments.write",
      body: deploymentRequest,
      maxBytes: 20 * 1024 * 1024,
      responses: { 200: deploymentView, 201: deploymentView },
    },
    async ({ ctx, body }) => {
      const { deployment, created } = await createDeployment({ ctx, input: body });
      return reply(created ? 201 : 200, deployment);
    },
  ),
  tenantRoute(
    { method: "get", path: "/deployments", operation: "listDeployments", tag, summary: "Deployments, newest first", permission: "deployments.read", query: pageQuery, responses: { 200: z.object({ data: z.array(deploymentView), pagination }) } },
    async ({ ctx, query }) => reply(200, await listDeployments({ ctx, input: query })),
  ),
  tenantRoute(
    { method: "get", path: "/deployments/:id", operation: "getDeployment", tag, summary: "A deployment with its sources", permission: "deployments.read", params: uuidParams, responses: { 200: deploymentDetail } },
    async ({ ctx, params }) => reply(200, await getDeployment({ ctx, input: params })),
  ),
  tenantRoute(
    { method: "post", path: "/deployments/:id/activate", operation: "activateDeployment", tag, summary: "Make its workflows run from this deployment again", permission: "deployments.write", params: uuidParams, responses: { 200: deploymentView } },
    async ({ ctx, params }) => reply(200, await activateDeployment({ ctx, input: params })),
  ),
];
