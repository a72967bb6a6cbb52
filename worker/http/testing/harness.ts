/**
 * The app as callers see it, on a real database and real R2, with tenants made for the test.
 * @module
 */
import { env as bindings } from "cloudflare:workers";
import { bundleManifest, type DeploymentRequest, type WorkflowManifest } from "../../../sdk/schema/manifest.ts";
import { sha256, toHex } from "../../auth/bytes.ts";
import type { Plan } from "../../auth/plans.ts";
import type { ObjectsPort, SandboxPort } from "../../domain/ports.ts";
import { askLimiter, newUsage } from "../../domain/usage/usage.ts";
import type { Env } from "../../env.ts";
import { createApp } from "../app.ts";
import { type TestObjects, testObjects } from "./objects.ts";

export const env = bindings as unknown as Env;
export const operatorKey = env.OPERATOR_KEY ?? "";

/** Takes a bundle whose main module is its manifest as JSON; refuses one that is not. */
const pretending: SandboxPort = {
  async prepare({ BLOBS }, tenant, { main, modules, sources }) {
    const text = modules[main] ?? "";
    if (!text.startsWith("{")) return { ok: false, problems: [{ file: main, line: 3, column: 5, message: "Unexpected token" }] };
    const key = `${tenant}/sources/${toHex(await sha256(JSON.stringify(sources)))}`;
    await BLOBS.put(key, JSON.stringify(sources));
    return { ok: true, bundle: toHex(await sha256(text)), manifest: bundleManifest.parse(JSON.parse(text)), stored: { sources: key } };
  },
};

export interface Answered {
  status: number;
  headers: Headers;
  /** Parsed when it is JSON, else null. */
  body: Record<string, unknown> & { data?: unknown[] };
  text: string;
}

export interface Harness {
  objects: TestObjects;
  /** The answer as it comes; nobody has read it. */
  fetch(request: Request): Promise<Response>;
  /** Sends a request and waits for what goes on after its answer. */
  send(request: Request): Promise<Answered>;
  /** @param path after the origin; a body that is not a string is sent as JSON */
  call(key: string | null, method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>;
  /** @param more its plan (the largest when left out) and deviations from it */
  newTenant(more?: { plan?: Plan; limits?: object }): Promise<Tenant>;
}

export interface Tenant {
  id: string;
  slug: string;
  key: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>;
  deploy(...workflows: Partial<WorkflowManifest>[]): Promise<Answered>;
}

/** Loading the objects' code takes longer here than the limiter is waited for: what is counted from the first request on needs it. */
let loaded: Promise<unknown> | undefined;
const objectsLoaded = (): Promise<unknown> => (loaded ??= askLimiter(env)({ tenant: "nobody", holder: "nobody", number: 1, spent: {}, take: [], watch: [] }).catch(() => {}));

let tenants = 0;

/**
 * @param objectsOf other objects than `objects`, which only remember what they are told
 * @param now a clock driven by hand, in ms since the epoch
 * @param sandbox the real one, where code is to be loaded
 */
export function harness(objectsOf?: (env: Env) => ObjectsPort, now?: () => number, sandbox: SandboxPort = pretending): Harness {
  const objects = testObjects();
  // Nothing goes on after an answer but what is begun by then: tests wait for it.
  const usage = newUsage({ ask: askLimiter(env), lingerMs: 0 });
  const app = createApp({ sandbox, objects: objectsOf ?? (() => objects), usage: () => usage, ...(now ? { now } : {}) });

  const ctxOf = (after: Promise<unknown>[]) => ({ waitUntil: (work: Promise<unknown>) => void after.push(work), passThroughOnException: () => {}, props: {} });
  const send: Harness["send"] = async (request) => {
    const after: Promise<unknown>[] = [];
    const response = await app.fetch(request, env, ctxOf(after));
    const text = new TextDecoder().decode(await response.arrayBuffer());
    await Promise.all(after);
    const isJson = /^application\/([\w.-]+\+)?json\b/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : null, text };
  };
  const call: Harness["call"] = (key, method, path, body, headers = {}) => {
    const all: Record<string, string> = { ...(key === null ? {} : { authorization: `Bearer ${key}` }), ...headers };
    if (body !== undefined && typeof body !== "string") all["content-type"] ??= "application/json";
    const sent = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    return send(new Request(`http://everstep.test${path}`, { method, headers: all, ...(sent === undefined ? {} : { body: sent }) }));
  };
  const newTenant: Harness["newTenant"] = async (more = {}) => {
    await objectsLoaded();
    const slug = `tenant-${++tenants}-${crypto.randomUUID().slice(0, 8)}`;
    const made = await call(operatorKey, "POST", "/api/v1/operator/tenants", { slug, name: slug, plan: "enterprise", ...more });
    const { id, api_key: key } = made.body;
    if (typeof id !== "string" || typeof key !== "string") throw new Error(`no tenant: ${JSON.stringify(made.body)}`);
    const own: Tenant["call"] = (method, path, body, headers) => call(key, method, `/api/v1${path}`, body, headers);
    return { id, slug, key, call: own, deploy: (...workflows) => own("POST", "/deployments", bundleOf(workflows)) };
  };
  return { objects, fetch: async (request) => app.fetch(request, env, ctxOf([])), send, call, newTenant };
}

/** A deployment whose workflows have these manifests, the rest filled in. */
export function bundleOf(workflows: Partial<WorkflowManifest>[], sources: Record<string, string> = {}): DeploymentRequest {
  const full = workflows.map((one) => ({ id: "hello", title: "Hello", export: "hello", style: "function", on: [{ kind: "api" }], input_schema: null, placement: "own", ...one }));
  return { main: "main.js", modules: { "main.js": JSON.stringify({ workflows: full }) }, sources };
}
