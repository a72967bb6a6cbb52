import { executionView } from "../../sdk/schema/execution.ts";
import { executeBody, executeWorkflow, startedView } from "../domain/executions/execute.ts";
import { listWorkflowExecutions, workflowExecutionList, workflowExecutionsQuery } from "../domain/executions/list.ts";
import { testRun, testRunBody } from "../domain/executions/test-run.ts";
import { changeWorkflow, workflowPatch } from "../domain/workflows/change.ts";
import { createWorkflow, newWorkflow } from "../domain/workflows/create.ts";
import { deleteQuery, deleteWorkflow } from "../domain/workflows/delete.ts";
import { getWorkflowDetail, workflowWithSteps } from "../domain/workflows/detail.ts";
import { listWorkflows, listWorkflowsQuery, workflowList } from "../domain/workflows/list.ts";
import { workflowDetail } from "../domain/workflows/view.ts";
import { workflowParams } from "./parameters.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const tag = "workflows";
const etag = (revision: number) => ({ headers: { etag: `"${revision}"` } });
/** The longest list of steps, with the code that they may hold. */
const maxBytes = 4 * 1024 * 1024;

export const workflowRoutes: readonly Route[] = [
  tenantRoute(
    { method: "get", path: "/workflows", operation: "listWorkflows", tag, summary: "Workflows that are deployed", permission: "workflows.read", query: listWorkflowsQuery, responses: { 200: workflowList } },
    async ({ ctx, query }) => reply(200, await listWorkflows({ ctx, input: query })),
  ),
  tenantRoute(
    { method: "post", path: "/workflows", operation: "createWorkflow", tag, summary: "Make a workflow of its trigger and its steps. 200 when the Idempotency-Key has made it earlier.", permission: "workflows.write", besides: ["deployments.write"], keyed: true, maxBytes, body: newWorkflow, responses: { 200: workflowDetail, 201: workflowDetail } },
    async ({ ctx, body, key }) => {
      const { workflow, created } = await createWorkflow({ ctx, input: { ...body, key } });
      return created ? reply(201, workflow) : reply(200, workflow);
    },
  ),
  tenantRoute(
    { method: "get", path: "/workflows/:id", operation: "getWorkflow", tag, summary: "A workflow, its steps, its manifest and its counts", permission: "workflows.read", params: workflowParams, loadsWorkflow: true, responses: { 200: workflowWithSteps } },
    async ({ ctx, params }) => {
      const { revision, ...view } = await getWorkflowDetail({ ctx, input: params });
      return { ...reply(200, view), ...etag(revision) };
    },
  ),
  tenantRoute(
    { method: "patch", path: "/workflows/:id", operation: "updateWorkflow", tag, summary: "Change a workflow: its name, trigger and steps in its code, its category, whether it is on", permission: "workflows.write", besides: ["deployments.write"], params: workflowParams, loadsWorkflow: true, versioned: true, maxBytes, body: workflowPatch, responses: { 200: workflowDetail } },
    async ({ ctx, params, body, version }) => {
      const { revision, ...view } = await changeWorkflow({ ctx, input: { ...body, ...params, revision: version } });
      return { ...reply(200, view), ...etag(revision) };
    },
  ),
  tenantRoute(
    { method: "delete", path: "/workflows/:id", operation: "deleteWorkflow", tag, summary: "Delete a workflow: nothing starts it any more; its history stays", permission: "workflows.write", params: workflowParams, loadsWorkflow: true, query: deleteQuery, responses: { 204: null } },
    async ({ ctx, params, query }) => {
      await deleteWorkflow({ ctx, input: { ...params, ...query } });
      return reply(204);
    },
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
    { method: "post", path: "/workflows/:id/run-test", operation: "testRunWorkflow", tag, summary: "Run a workflow, or as far as one step, with sample data", permission: "workflows.execute", besides: ["deployments.write"], params: workflowParams, body: testRunBody, loadsWorkflow: true, responses: { 200: executionView } },
    async ({ ctx, params, body }) => reply(200, await testRun({ ctx, input: { ...params, ...body } })),
  ),
  tenantRoute(
    { method: "get", path: "/workflows/:id/executions", operation: "listWorkflowExecutions", tag, summary: "Executions of one workflow, newest first", permission: "workflows.read", params: workflowParams, query: workflowExecutionsQuery, loadsWorkflow: true, responses: { 200: workflowExecutionList } },
    async ({ ctx, params, query }) => reply(200, await listWorkflowExecutions({ ctx, input: { ...query, ...params } })),
  ),
];
