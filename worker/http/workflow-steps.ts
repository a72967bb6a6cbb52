/** Steps of workflows: views of their code, and small changes of it. */
import { z } from "zod";
import { executionView } from "../../sdk/schema/execution.ts";
import { addStep } from "../domain/workflow-steps/add.ts";
import { listSteps, stepsQuery, stepsView } from "../domain/workflow-steps/list.ts";
import { removeStep } from "../domain/workflow-steps/remove.ts";
import { replaceSteps } from "../domain/workflow-steps/replace.ts";
import { changedStep, newStep, stepList, stepPatch } from "../domain/workflow-steps/step.ts";
import { testStep, testStepBody } from "../domain/workflow-steps/test-step.ts";
import { updateStep } from "../domain/workflow-steps/update.ts";
import { workflowParams } from "./parameters.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const tag = "workflows";
const etag = (revision: number) => ({ headers: { etag: `"${revision}"` } });
/** The longest list, with the code that steps may hold. */
const maxBytes = 4 * 1024 * 1024;
const about = { tag, params: workflowParams, loadsWorkflow: true } as const;
const ofStep = { ...about, params: workflowParams.extend({ step_id: z.string().min(1).max(300).describe("Id of the step, URL-encoded") }) } as const;
/** Code among them is as good as a deployment. */
const writes = { permission: "workflows.write", besides: ["deployments.write"], versioned: true } as const;

export const workflowStepRoutes: readonly Route[] = [
  tenantRoute({ ...about, method: "get", path: "/workflows/:id/steps", operation: "listWorkflowSteps", summary: "The steps of a workflow, read from its code", permission: "workflows.read", query: stepsQuery, responses: { 200: stepsView } }, async ({ ctx, params, query }) => {
    const { revision, ...view } = await listSteps({ ctx, input: { ...query, ...params } });
    return { ...reply(200, view), ...etag(revision) };
  }),
  tenantRoute({ ...about, ...writes, method: "post", path: "/workflows/:id/steps", operation: "addWorkflowStep", summary: "Add a step to a workflow", body: newStep, responses: { 201: changedStep } }, async ({ ctx, params, body, version }) => {
    const { revision, ...view } = await addStep({ ctx, input: { ...body, ...params, revision: version } });
    return { ...reply(201, view), ...etag(revision) };
  }),
  tenantRoute({ ...about, ...writes, method: "put", path: "/workflows/:id/steps", operation: "replaceWorkflowSteps", summary: "Give a workflow this list of steps; those that are as they were keep their code", maxBytes, body: stepList, responses: { 200: stepsView } }, async ({ ctx, params, body, version }) => {
    const { revision, ...view } = await replaceSteps({ ctx, input: { ...body, ...params, revision: version } });
    return { ...reply(200, view), ...etag(revision) };
  }),
  tenantRoute({ ...ofStep, ...writes, method: "patch", path: "/workflows/:id/steps/:step_id", operation: "updateWorkflowStep", summary: "Change a step; its config field by field", body: stepPatch, responses: { 200: changedStep } }, async ({ ctx, params, body, version }) => {
    const { revision, ...view } = await updateStep({ ctx, input: { ...body, ...params, revision: version } });
    return { ...reply(200, view), ...etag(revision) };
  }),
  tenantRoute({ ...ofStep, method: "delete", path: "/workflows/:id/steps/:step_id", operation: "deleteWorkflowStep", summary: "Take a step away", permission: "workflows.write", versioned: true, query: stepsQuery, responses: { 204: null } }, async ({ ctx, params, query, version }) => {
    const { revision } = await removeStep({ ctx, input: { ...query, ...params, revision: version } });
    return { ...reply(204), ...etag(revision) };
  }),
  tenantRoute({ ...ofStep, method: "post", path: "/workflows/:id/steps/:step_id/test", operation: "testWorkflowStep", summary: "Run one step with sample data", permission: "workflows.execute", besides: ["deployments.write"], body: testStepBody, responses: { 200: executionView } }, async ({ ctx, params, body }) => reply(200, await testStep({ ctx, input: { ...body, ...params } }))),
];
