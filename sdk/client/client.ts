/**
 * The typed REST client. Runs wherever `fetch` does, browsers included.
 * @module
 */
import type { ExecutionStatus, ExecutionView, LogEntry } from "../schema/execution.ts";
import { executionView } from "../schema/execution.ts";
import { type DeploymentRequest, deploymentView, type DeploymentView, type WebhookScheme } from "../schema/manifest.ts";
import { type DeploymentPreview, deploymentPreview, type MoveList, moveList } from "../schema/gate.ts";
import { type RerunRequest, type RerunView, rerunView } from "../schema/rerun.ts";
import { templateDetail, type TemplateDetail, type TemplateView } from "../schema/template.ts";
import { type VariableType, variableView, type VariableView } from "../schema/variable.ts";
import {
  acknowledged,
  customFieldPage,
  type CustomFieldView,
  deploymentPage,
  type DeploymentSummary,
  executionPage,
  type ExecutionPage,
  executionStarted,
  type ExecutionStarted,
  hookSet,
  type HookSet,
  logPage,
  retried,
  templateList,
  variablePage,
  workflowDetail,
  type WorkflowDetail,
  workflowPage,
  type WorkflowView,
} from "./replies.ts";
import { type ClientOptions, createCall } from "./transport.ts";
import { openUpdates, type Updates, type UpdatesOptions } from "./updates.ts";
import type { InputOf, WorkflowId } from "./workflows.ts";

export interface ListOptions {
  workflowId?: string;
  status?: ExecutionStatus;
  /** Entries a page, at most 100. */
  limit?: number;
  /** `pagination.next_cursor` of the page before. */
  cursor?: string;
}

export interface StartOptions {
  /** Starting twice with one key starts once; with another input it is refused (`idempotency-key-reused`). */
  idempotencyKey?: string;
}

export interface RetryOptions {
  /** Key of the step to continue from; default: the failed one. Later steps are forgotten. */
  fromStep?: string;
  /** Start a new execution with the same input instead. */
  asNew?: boolean;
}

export interface Decision {
  decision: "approved" | "rejected";
  comment?: string;
  /** To the approval's form, if it has one. */
  answers?: unknown;
}

export interface VariableInput {
  name: string;
  type: VariableType;
  /** Null: for all workflows. */
  workflow_id: string | null;
  value: Exclude<VariableView["value"], undefined>;
  /** Where a secret may be sent. */
  hosts?: string[];
  description?: string;
}

const part = encodeURIComponent;
const withKey = (key: string | undefined) => (key === undefined ? {} : { headers: { "idempotency-key": key } });

/**
 * @example
 * ```ts
 * import { createClient } from "everstep/client";
 *
 * const client = createClient({ url: "http://127.0.0.1:8787", apiKey: "es_…" });
 * const { execution_id } = await client.workflows.start("welcome", { name: "Ada" });
 * const execution = await client.executions.get(execution_id, { waitMs: 10_000 });
 * console.log(execution.status, execution.output);
 * ```
 */
export function createClient(options: ClientOptions): Client {
  const call = createCall(options);
  const act = (id: string, verb: string, body: unknown = {}) => call("POST", `/executions/${part(id)}/${verb}`, acknowledged, { body });
  return {
    workflows: {
      list: async () => (await call("GET", "/workflows", workflowPage, { query: { limit: 200 } })).data,
      get: (id) => call("GET", `/workflows/${part(id)}`, workflowDetail),
      start: (id, input, { idempotencyKey } = {}) =>
        call("POST", `/workflows/${part(id)}/execute`, executionStarted, { body: { input }, ...withKey(idempotencyKey) }),
      run: (id, input, { waitMs, idempotencyKey }) =>
        call("POST", `/workflows/${part(id)}/execute`, executionView, { body: { input, wait: waitMs }, ...withKey(idempotencyKey) }),
    },
    executions: {
      list: ({ workflowId, ...query } = {}) => call("GET", "/executions", executionPage, { query: { workflow_id: workflowId, ...query } }),
      get: (id, { waitMs, signal } = {}) =>
        call("GET", `/executions/${part(id)}`, executionView, { query: { wait: waitMs }, ...(signal ? { signal } : {}) }),
      logs: async (id, { after } = {}) => (await call("GET", `/executions/${part(id)}/logs`, logPage, { query: { after } })).data,
      cancel: async (id, { rollback } = {}) => void (await act(id, "cancel", { rollback: rollback ?? false })),
      pause: async (id) => void (await act(id, "pause")),
      resume: async (id) => void (await act(id, "resume")),
      retry: async (id, { fromStep, asNew } = {}) => {
        const body = { mode: asNew ? "new" : "resume", ...(fromStep === undefined ? {} : { from: fromStep }) };
        return (await call("POST", `/executions/${part(id)}/retry`, retried, { body })).new_execution_id;
      },
      rerun: (id, request, { idempotencyKey } = {}) => call("POST", `/executions/${part(id)}/rerun`, rerunView, { body: request, ...withKey(idempotencyKey) }),
      sendEvent: async (id, type, payload, { idempotencyKey } = {}) =>
        void (await call("POST", `/executions/${part(id)}/events`, acknowledged, { body: { type, payload }, ...withKey(idempotencyKey) })),
      decide: async (id, step, decision) => void (await act(id, `approvals/${part(step)}/decide`, decision)),
    },
    deployments: {
      create: (request) => call("POST", "/deployments", deploymentView, { body: request }),
      preview: (request) => call("POST", "/deployments/preview", deploymentPreview, { body: request }),
      moves: (id, { cursor } = {}) => call("GET", `/deployments/${part(id)}/moves`, moveList, { query: { cursor, limit: 200 } }),
      list: async () => (await call("GET", "/deployments", deploymentPage)).data,
      activate: async (id) => void (await call("POST", `/deployments/${part(id)}/activate`, acknowledged, { body: {} })),
    },
    variables: {
      async list({ workflowId, name } = {}) {
        const all: VariableView[] = [];
        for (let cursor: string | null | undefined; cursor !== null; ) {
          const page = await call("GET", "/variables", variablePage, { query: { workflow_id: workflowId, name, limit: 200, cursor } });
          all.push(...page.data);
          cursor = page.pagination.next_cursor;
        }
        return all;
      },
      set: (id, { name, type, workflow_id, ...change }) =>
        id === null ? call("POST", "/variables", variableView, { body: { name, type, workflow_id, ...change } }) : call("PATCH", `/variables/${part(id)}`, variableView, { body: change }),
      remove: async (id) => void (await call("DELETE", `/variables/${part(id)}`, acknowledged)),
    },
    templates: {
      list: async (query = {}) => (await call("GET", "/workflows/templates", templateList, { query: { ...query } })).data,
      get: (id) => call("GET", `/workflows/templates/${part(id)}`, templateDetail),
    },
    customFields: {
      list: async () => (await call("GET", "/custom-fields", customFieldPage)).data,
    },
    hooks: {
      set: (path, settings) => call("PUT", `/hooks/${part(path)}`, hookSet, { body: settings }),
      rotate: (path, { secret, graceHours } = {}) => call("POST", `/hooks/${part(path)}/rotate`, hookSet, { body: { ...(secret === undefined ? {} : { secret }), ...(graceHours === undefined ? {} : { grace_hours: graceHours }) } }),
    },
    updates: (listening) => openUpdates(options, call, listening),
  };
}

/** Every method throws {@link ApiError} when the server refuses and {@link ConnectionError} when it does not answer. */
export interface Client {
  workflows: {
    list(): Promise<WorkflowView[]>;
    get(id: string): Promise<WorkflowDetail>;
    /** Returns once the execution is durable; it runs on by itself. */
    start<Id extends WorkflowId>(id: Id, input: InputOf<Id>, options?: StartOptions): Promise<ExecutionStarted>;
    /** Starts and waits up to `waitMs` for the end. */
    run<Id extends WorkflowId>(id: Id, input: InputOf<Id>, options: StartOptions & { waitMs: number }): Promise<ExecutionView>;
  };
  executions: {
    list(options?: ListOptions): Promise<ExecutionPage>;
    /** `waitMs`: answer when it ends or after that many milliseconds. */
    get(id: string, options?: { waitMs?: number; signal?: AbortSignal }): Promise<ExecutionView>;
    /** Entries with a `seq` above `after`. */
    logs(id: string, options?: { after?: number }): Promise<LogEntry[]>;
    cancel(id: string, options?: { rollback?: boolean }): Promise<void>;
    pause(id: string): Promise<void>;
    resume(id: string): Promise<void>;
    /** Returns the id of the execution that now runs. */
    retry(id: string, options?: RetryOptions): Promise<string>;
    /**
     * Begins a new execution with a copy of this one's history up to the step `from`.
     * With `dry_run` it only says what would happen.
     */
    rerun(id: string, request: RerunRequest, options?: StartOptions): Promise<RerunView>;
    sendEvent(id: string, type: string, payload: unknown, options?: StartOptions): Promise<void>;
    decide(id: string, step: string, decision: Decision): Promise<void>;
  };
  deployments: {
    create(request: DeploymentRequest): Promise<DeploymentView>;
    /** What it would change, and whether recorded histories are followed by it; nothing is deployed. */
    preview(request: DeploymentRequest): Promise<DeploymentPreview>;
    /** What became of the executions that were in flight, a page of it. */
    moves(id: string, options?: { cursor?: string }): Promise<MoveList>;
    list(): Promise<DeploymentSummary[]>;
    activate(id: string): Promise<void>;
  };
  variables: {
    /** All of them; of secrets only that they are there. */
    list(options?: { workflowId?: string; name?: string }): Promise<VariableView[]>;
    /** Makes one, or changes the one with this id, which keeps its name, type and workflow. */
    set(id: string | null, variable: VariableInput): Promise<VariableView>;
    remove(id: string): Promise<void>;
  };
  templates: {
    /** Workflows to begin with. */
    list(options?: { category?: string; q?: string }): Promise<TemplateView[]>;
    /** With its variables and its source. */
    get(id: string): Promise<TemplateDetail>;
  };
  customFields: {
    /** Fields that the tenant has added to its records, of every entity. */
    list(): Promise<CustomFieldView[]>;
  };
  hooks: {
    /** Sets how senders to this path sign; without `secret` the server keeps or makes one. */
    set(path: string, settings: { scheme: WebhookScheme; secret?: string; config?: Record<string, unknown> }): Promise<HookSet>;
    /** Changes the secret; for `graceHours` (24) the old one counts too. */
    rotate(path: string, options?: { secret?: string; graceHours?: number }): Promise<HookSet>;
  };
  /** Listens to what happens, and comes back when the connection drops. */
  updates(options: UpdatesOptions): Updates;
}
