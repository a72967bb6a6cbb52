/**
 * What the platform knows of a deployed bundle, extracted by loading it in the sandbox.
 * @module
 */
import { z } from "zod";
import { flowManifest } from "./flow.ts";
import { scheduleOptions } from "./schedule.ts";
import { eventTypeForm, eventTypeHint, longestEventType } from "./event-type.ts";
import { eventFilter } from "./filter-schema.ts";
import { inFlight } from "./in-flight.ts";

const retries = z.object({
  limit: z.number(),
  delay: z.union([z.number(), z.string()]).optional(),
  backoff: z.enum(["constant", "linear", "exponential"]).optional(),
});

/** How a sender of webhooks proves who it is. */
export const webhookScheme = z.enum(["github", "standard", "espocrm", "meta", "hmac", "basic", "none"]);
export type WebhookScheme = z.infer<typeof webhookScheme>;

export const triggerManifest = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("manual") }),
  z.object({ kind: z.literal("api") }),
  z.object({
    kind: z.literal("webhook"),
    /** Last part of `/hooks/{tenant}/{path}`. */
    path: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/),
    scheme: webhookScheme,
    /** Only deliveries whose event header is one of these (GitHub: X-GitHub-Event). */
    events: z.array(z.string()).optional(),
  }),
  z.object({ kind: z.literal("event"), type: z.string().max(longestEventType).regex(eventTypeForm, eventTypeHint), filter: eventFilter.optional() }),
  z.object({ kind: z.literal("schedule"), cron: z.string().max(200), timezone: z.string().max(100), ...scheduleOptions.shape }),
]);
export type TriggerManifest = z.infer<typeof triggerManifest>;

export const workflowManifest = z.object({
  /** Kebab-case; the name to run it by. */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,99}$/, "must be kebab-case, at most 100 characters"),
  title: z.string().max(200),
  description: z.string().max(2000).optional(),
  /** Name of the export that holds it. */
  export: z.string(),
  style: z.enum(["function", "class"]),
  on: z.array(triggerManifest),
  /** JSON Schema of the input, null when the workflow takes anything. */
  input_schema: z.json().nullable(),
  placement: z.enum(["own", "pooled"]),
  retries: retries.optional(),
  /** Which starts go ahead, and when; all at once when left out. */
  flow: flowManifest.optional(),
  /** Longest duration of an execution, ms. */
  timeout_ms: z.number().int().positive().optional(),
});
export type WorkflowManifest = z.infer<typeof workflowManifest>;

export const bundleManifest = z.object({
  workflows: z.array(workflowManifest).min(1, "exports no workflow: export a workflow() or a class extending WorkflowEntrypoint"),
});
export type BundleManifest = z.infer<typeof bundleManifest>;

/** What of a source map (version 3) it takes to tell places in the sources. */
export const sourceMap = z.object({
  version: z.literal(3),
  /** Names of the sources, as they are shown. */
  sources: z.array(z.string().max(1024).nullable()),
  names: z.array(z.string().max(1024)).optional(),
  mappings: z.string(),
});
export type SourceMap = z.infer<typeof sourceMap>;

/** Body of `POST /api/v1/deployments`. */
export const deploymentRequest = z.object({
  /** Path of the module whose exports are the workflows; a key of `modules`. */
  main: z.string().min(1).max(256),
  /** ES modules by path, already bundled or not; imports between them are relative. */
  modules: z.record(z.string().min(1).max(256), z.string()),
  /** The TypeScript the modules were made from, by path: shown, diffed, edited. */
  sources: z.record(z.string().min(1).max(256), z.string()).default({}),
  /** Source maps of modules, by path: stacks of errors then tell places in the sources. */
  maps: z.record(z.string().min(1).max(256), sourceMap).optional(),
  /** Which export of which file each export of `main` is: for messages. */
  exports: z.record(z.string().min(1).max(256), z.object({ file: z.string().max(1024), name: z.string().max(256) })).optional(),
  message: z.string().max(500).optional(),
  /** What becomes of executions that are under way; they go on with the code they began with when left out. */
  in_flight: inFlight.optional(),
});
export type DeploymentRequest = z.infer<typeof deploymentRequest>;

export const deploymentView = z.object({
  id: z.string(),
  version: z.number().int(),
  bundle: z.string(),
  active: z.boolean(),
  message: z.string().nullable(),
  created_at: z.string(),
  workflows: z.array(workflowManifest),
});
export type DeploymentView = z.infer<typeof deploymentView>;
