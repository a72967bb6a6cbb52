import { z } from "zod";
import { executionSummary } from "../../sdk/schema/execution.ts";
import { cancelBody, cancelExecution, outlineView, pauseExecution, resumeExecution } from "../domain/executions/control.ts";
import { decideBody } from "../domain/approvals/decide.ts";
import { decideStep } from "../domain/executions/decide.ts";
import { executionDetail, getExecutionDetail } from "../domain/executions/detail.ts";
import { listExecutions, listExecutionsQuery } from "../domain/executions/list.ts";
import { listLogs, logList, logsQuery } from "../domain/executions/logs.ts";
import { retriedView, retryBody, retryExecution } from "../domain/executions/retry.ts";
import { acceptedView, eventBody, sendEvent } from "../domain/executions/send-event.ts";
import { pagination } from "../domain/page.ts";
import { stepParams, uuidParams, waitQuery } from "./parameters.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const tag = "executions";
/** Everything about one execution is at both paths. */
const at = <Rest extends string>(rest: Rest) => ({ tag, path: `/executions/:id${rest}`, also: [`/workflows/executions/:id${rest}`] }) as const;

export const executionRoutes: readonly Route[] = [
  tenantRoute(
    { method: "get", path: "/executions", operation: "listExecutions", tag, summary: "Executions, newest first", permission: "workflows.read", query: listExecutionsQuery, responses: { 200: z.object({ data: z.array(executionSummary), pagination }) } },
    async ({ ctx, query }) => reply(200, await listExecutions({ ctx, input: query })),
  ),
  tenantRoute(
    { ...at(""), method: "get", operation: "getExecution", summary: "A whole execution with its steps", permission: "workflows.read", params: uuidParams, query: waitQuery, responses: { 200: executionDetail } },
    async ({ ctx, params, query }) => reply(200, await getExecutionDetail({ ctx, input: { ...params, ...query } })),
  ),
  tenantRoute(
    { ...at("/logs"), method: "get", operation: "listExecutionLogs", summary: "What its code logged, oldest first", permission: "workflows.read", params: uuidParams, query: logsQuery, responses: { 200: logList } },
    async ({ ctx, params, query }) => reply(200, await listLogs({ ctx, input: { ...params, ...query } })),
  ),
  tenantRoute(
    { ...at("/cancel"), method: "post", operation: "cancelExecution", summary: "Cancel, with rollbacks when asked", permission: "workflows.execute", params: uuidParams, body: cancelBody, responses: { 202: outlineView } },
    async ({ ctx, params, body }) => reply(202, await cancelExecution({ ctx, input: { ...params, ...body } })),
  ),
  tenantRoute(
    { ...at("/pause"), method: "post", operation: "pauseExecution", summary: "Stop at the next step boundary", permission: "workflows.execute", params: uuidParams, responses: { 202: outlineView } },
    async ({ ctx, params }) => reply(202, await pauseExecution({ ctx, input: params })),
  ),
  tenantRoute(
    { ...at("/resume"), method: "post", operation: "resumeExecution", summary: "Go on after a pause", permission: "workflows.execute", params: uuidParams, responses: { 202: outlineView } },
    async ({ ctx, params }) => reply(202, await resumeExecution({ ctx, input: params })),
  ),
  tenantRoute(
    { ...at("/retry"), method: "post", operation: "retryExecution", summary: "Go on from the failed or a named step, or start anew with the same input", permission: "workflows.execute", params: uuidParams, body: retryBody, keyed: true, responses: { 202: retriedView } },
    async ({ ctx, params, body, key }) => reply(202, await retryExecution({ ctx, input: { ...params, ...body, key } })),
  ),
  tenantRoute(
    { ...at("/events"), method: "post", operation: "sendEvent", summary: "Hand an event to the execution", permission: "workflows.execute", params: uuidParams, body: eventBody, keyed: true, responses: { 202: acceptedView } },
    async ({ ctx, params, body, key }) => reply(202, await sendEvent({ ctx, input: { ...params, ...body, key } })),
  ),
  tenantRoute(
    { ...at("/approvals/:step/decide"), method: "post", operation: "decideStep", summary: "Approve or reject, by the step that waits for it", permission: "workflows.approve", params: stepParams, body: decideBody, responses: { 202: acceptedView } },
    async ({ ctx, params, body }) => reply(202, await decideStep({ ctx, input: { ...params, ...body } })),
  ),
];
