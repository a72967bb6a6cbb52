/**
 * Replies that only the REST interface knows; the rest are in ../schema.
 * @module
 */
import { z } from "zod";
import { executionStatus, executionSummary, logEntry } from "../schema/execution.ts";
import { deploymentView, triggerManifest, workflowManifest } from "../schema/manifest.ts";
import { templateView } from "../schema/template.ts";
import { variableView } from "../schema/variable.ts";

/** Reply 202 of `POST /workflows/{id}/execute`. */
export const executionStarted = z.object({
  execution_id: z.string(),
  workflow_id: z.string(),
  status: executionStatus,
  started_at: z.string(),
  /** False when the idempotency key had started it before. */
  created: z.boolean(),
});
export type ExecutionStarted = z.infer<typeof executionStarted>;

const pagination = z.object({ next_cursor: z.string().nullable() });

export const executionPage = z.object({ data: z.array(executionSummary), pagination });
export type ExecutionPage = z.infer<typeof executionPage>;

export const logPage = z.object({ data: z.array(logEntry) });

/** A deployment in a list: without what it holds. */
export const deploymentSummary = deploymentView.partial({ workflows: true });
export type DeploymentSummary = z.infer<typeof deploymentSummary>;
export const deploymentPage = z.object({ data: z.array(deploymentSummary), pagination: pagination.optional() });

/** A deployed workflow. */
export const workflowView = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  triggers: z.array(triggerManifest),
  /** False: nothing starts it. */
  is_active: z.boolean(),
  version: z.number().int(),
  execution_count: z.number().int(),
  error_count: z.number().int(),
  last_executed_at: z.string().nullable(),
});
export type WorkflowView = z.infer<typeof workflowView>;

/** `GET /workflows/{id}`: with what its code declares. */
export const workflowDetail = workflowView.extend({ manifest: workflowManifest });
export type WorkflowDetail = z.infer<typeof workflowDetail>;

export const workflowPage = z.object({ data: z.array(workflowView), pagination: pagination.optional() });

/** A field that the tenant has added to an entity. */
export const customFieldView = z.object({ id: z.string(), entity: z.string(), key: z.string(), title: z.string(), type: z.string(), options: z.array(z.string()), required: z.boolean() });
export type CustomFieldView = z.infer<typeof customFieldView>;
export const customFieldPage = z.object({ data: z.array(customFieldView) });

/** Replies whose content says nothing more than that it worked. */
export const acknowledged = z.unknown();

/** Reply of a retry: the execution that now runs. */
export const retried = z.object({ new_execution_id: z.string() });

/** Reply of `PUT /hooks/{path}`. */
export const hookSet = z.object({
  /** Path of the URL to give to the sender. */
  address: z.string(),
  /** Shown this once, when the server made it; null when it was sent or was there. */
  secret: z.string().nullable(),
  /** The same, of the token that `meta` shakes hands with. */
  verify_token: z.string().nullable().optional(),
});
export type HookSet = z.infer<typeof hookSet>;

export const templateList = z.object({ data: z.array(templateView) });

export const variablePage = z.object({ data: z.array(variableView), pagination });
