import { executionView } from "../../sdk/schema/execution.ts";
import { executeBody, executeWorkflow, startedView } from "../domain/executions/execute.ts";
import { listWorkflowExecutions, workflowExecutionList, workflowExecutionsQuery } from "../domain/executions/list.ts";
import { testRun, testRunBody } from "../domain/executions/test-run.ts";
import { getWorkflow } from "../domain/workflows/get.ts";
import { listWorkflows, listWorkflowsQuery, workflowList } from "../domain/workflows/list.ts";
import { updateWorkflow, workflowChange } from "../domain/workflows/update.ts";
import { workflowDetail } from "../domain/workflows/view.ts";
import { workflowParams } from "./parameters.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const tag = "workflows";

export const workflowRoutes: readonly Route[] = [
  tenantRoute(
    { method: "get", path: "/workflows", operation: "listWorkflows", tag, summary: "Workflows that are deployed", permission: "workflows.read", query: listWorkflowsQuery, responses: { 200: workflowList } },
    async ({ ctx, query }) => reply(200, await listWorkflows({ ctx, input: query })),
  ),
  tenantRoute(
    { method: "get", path: "/workflows/:id", operation: "getWorkflow", tag, summary: "A workflow, its manifest and its counts", permission: "workflows.read", params: workflowParams, loadsWorkflow: true, responses: { 200: workflowDetail } },
    async ({ ctx, params }) => reply(200, await getWorkflow({ ctx, input: params })),
  ),
  tenantRoute(
    { method: "patch", path: "/workflows/:id", operation: "updateWorkflow", tag, summary: "Switch a workflow on or off", permission: "workflows.write", params: workflowParams, body: workflowChange, loadsWorkflow: true, responses: { 200: workflowDetail } },
    async ({ ctx, params, body }) => reply(200, await updateWorkflow({ ctx, input: { ...params, ...body } })),
  ),
  tenantRoute(
    {
      method: "post",
      path: "/workflows/:id/execute",
      operation: "executeWorkflow",
      tag,
      summary: "Start an execution. 202 once it is durable; with `wait`, 200 with the whole execution.",
      permission: "workflows.execute",
      params: workflowParams,
      body: executeBody,
      keyed: true,
      loadsWorkflow: true,
      responses: { 200: executionView, 202: startedView },
    },
    async ({ ctx, params, body, key }) => {
      const result = await executeWorkflow({ ctx, input: { ...params, ...body, key } });
      return result.waited ? reply(200, result.execution) : reply(202, result.started);
    },
  ),
  tenantRoute(
    { method: "post", path: "/workflows/:id/run-test", operation: "testRunWorkflow", tag, summary: "Run a workflow, or as far as one step, with sample data", permission: "workflows.execute", params: workflowParams, body: testRunBody, loadsWorkflow: true, responses: { 200: executionView } },
    async ({ ctx, params, body }) => reply(200, await testRun({ ctx, input: { ...params, ...body } })),
  ),
  tenantRoute(
    { method: "get", path: "/workflows/:id/executions", operation: "listWorkflowExecutions", tag, summary: "Executions of one workflow, newest first", permission: "workflows.read", params: workflowParams, query: workflowExecutionsQuery, loadsWorkflow: true, responses: { 200: workflowExecutionList } },
    async ({ ctx, params, query }) => reply(200, await listWorkflowExecutions({ ctx, input: { ...query, ...params } })),
  ),
];
