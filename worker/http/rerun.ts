import { rerunBody, rerunView } from "../../sdk/schema/rerun.ts";
import { rerunExecution } from "../domain/executions/rerun.ts";
import { uuidParams } from "./parameters.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

export const rerunRoutes: readonly Route[] = [
  tenantRoute(
    {
      method: "post",
      path: "/executions/:id/rerun",
      also: ["/workflows/executions/:id/rerun"],
      tag: "executions",
      operation: "rerunExecution",
      summary: "Begin a new execution with a copy of this one's history up to a step. 200 for a dry run.",
      permission: "workflows.execute",
      params: uuidParams,
      body: rerunBody,
      keyed: true,
      responses: { 200: rerunView, 202: rerunView },
    },
    async ({ ctx, params, body, key }) => reply(body.dry_run ? 200 : 202, await rerunExecution({ ctx, input: { ...params, ...body, key } })),
  ),
];
