/**
 * From a request to a route's answer: who, may they, is it well formed, do it.
 * @module
 */
import type { Context } from "hono";
import type { z } from "zod";
import { PlatformError } from "../../sdk/schema/problem.ts";
import type { Actor } from "../auth/actor.ts";
import { mustBeAbleTo } from "../auth/can.ts";
import { authenticate, type Identity } from "../auth/authenticate.ts";
import { type BaseContext, type PublicContext, tenantContext, userContext } from "../domain/context.ts";
import { tenantSuspended } from "../domain/tenants/suspended.ts";
import { objectsOf, type ObjectsPort, type SandboxPort } from "../domain/ports.ts";
import { type Usage, usageOf } from "../domain/usage/usage.ts";
import type { Env } from "../env.ts";
import { parseTraceparent } from "../observability/trace-context.ts";
import { readJson } from "./body.ts";
import { RateLimiter } from "./rate-limit.ts";
import type { Contexts, Route } from "./route.ts";

export interface Deps {
  sandbox: SandboxPort;
  /** The objects behind executions; those of the bindings when left out. */
  objects?: (env: Env) => ObjectsPort;
  /** Milliseconds since the epoch; the real clock when left out. */
  now?: () => number;
  /** That of the isolate when left out. */
  usage?: (env: Env) => Usage;
}

export type AppEnv = { Bindings: Env; Variables: { requestId: string; rateLimit?: Record<string, string>; tenant?: string } };

const defaultMaxBytes = 1024 * 1024;
const rates = new RateLimiter();

export function handle(route: Route, deps: Deps): (c: Context<AppEnv>) => Promise<Response> {
  return (c) => {
    const base = baseContext(c, deps);
    return rates.inTurn(base, c.req.raw.headers.get("authorization"), (headers) => c.set("rateLimit", headers), () => carryOut(route, base, c));
  };
}

async function carryOut(route: Route, base: BaseContext, c: Context<AppEnv>): Promise<Response> {
  const { shape } = route;
  const request = c.req.raw;
  const contexts = await contextsOf(route, base, c);
  const input = {
    params: shape.params ? check(shape.params, c.req.param(), "params") : undefined,
    query: shape.query ? check(shape.query, c.req.query(), "query") : undefined,
    body: shape.body ? check(shape.body, (await readJson(request, shape.maxBytes ?? defaultMaxBytes)) ?? {}, "body") : undefined,
    key: shape.keyed ? idempotencyKey(request) : null,
    version: shape.versioned ? versionSeen(request) : null,
    file: shape.takesFile ? fileOf(request, shape.takesFile) : null,
    mediaType: shape.takesFile ? mediaTypeOf(request) : null,
  };
  const { status, body, headers = {}, file } = await route.run(contexts, input);
  if (file) return sent(request, status, { "content-disposition": `attachment; filename="${file.name}"`, "cache-control": "no-store", ...headers, "content-type": file.type }, file.content);
  return body === undefined ? new Response(null, { status, headers }) : Response.json(body, { status, headers });
}

/** A file that the caller has already is not sent again. */
async function sent(request: Request, status: number, headers: Record<string, string>, content: ReadableStream<Uint8Array>): Promise<Response> {
  const known = request.headers.get("if-none-match")?.split(",").map((one) => one.trim().replace(/^W\//, "")) ?? [];
  const { etag } = headers;
  if (etag === undefined || !known.includes(etag)) return new Response(content, { status, headers });
  await content.cancel();
  return new Response(null, { status: 304, headers });
}

/** Who is calling, refused here unless the route is for them. */
async function contextsOf(route: Route, base: BaseContext, c: Context<AppEnv>): Promise<Contexts> {
  if (route.auth === "public") {
    rates.admitAddress(base);
    const known = route.shape.knowsVisitor && c.req.raw.headers.has("authorization");
    const visitor = known ? (await identify(route, base, c)).actor : null;
    return { base: () => publicContext(base, visitor, c), user: signIn, tenant: signIn, operator: signIn };
  }
  const { actor, workflow, suspended, mfaMissing } = await identify(route, base, c);
  mustBeFor(actor, route);
  if (mfaMissing && !route.shape.withoutMfa) throw new PlatformError("mfa-required", "This tenant asks for a second factor. Set one up first, with POST /api/v1/auth/mfa/setup.");
  // What concerns only the person themselves, such as signing out, goes on.
  if (suspended && route.auth === "tenant" && route.shape.method !== "get") throw tenantSuspended();
  return { base: () => publicContext(base, actor, c), user: () => userContext(base, actor), tenant: () => tenantContext(base, actor, workflow), operator: () => ({ ...base, actor }) };
}

/** @throws PlatformError `rate-limited`, and all that `authenticate` throws */
async function identify(route: Route, base: BaseContext, c: Context<AppEnv>): Promise<Identity> {
  const { now, waitUntil } = base;
  const authorization = c.req.raw.headers.get("authorization");
  const workflowId = route.shape.loadsWorkflow ? (c.req.param("id") ?? null) : null;
  const identity = await authenticate(c.env, authorization, { workflowId, now, waitUntil });
  if (identity.actor.kind !== "operator") c.set("tenant", identity.actor.tenantId);
  await rates.admit(base, identity.actor, authorization, (headers) => c.set("rateLimit", headers));
  return identity;
}

function publicContext(base: BaseContext, visitor: Actor | null, c: Context<AppEnv>): PublicContext {
  return { ...base, visitor, opensPage: /\btext\/html\b/.test(c.req.header("accept") ?? "") };
}

function signIn(): never {
  throw new PlatformError("unauthorized", "Sign in first.");
}

/** @throws PlatformError `forbidden` */
function mustBeFor(actor: Actor, { auth, permission, shape }: Route): void {
  if (auth === "operator" && actor.kind !== "operator") throw new PlatformError("forbidden", "This needs the operator key.");
  if (auth !== "operator" && actor.kind === "operator") throw new PlatformError("forbidden", "The operator key opens /api/v1/operator only; use a tenant's API key here.");
  if ((auth === "user" || shape.peopleOnly) && actor.kind !== "user") throw new PlatformError("forbidden", "This is for people who are signed in, not for API keys.");
  if (permission !== null && actor.kind !== "operator") mustBeAbleTo(actor, permission);
}

export function baseContext(c: Context<AppEnv>, deps: Deps): BaseContext {
  return {
    env: c.env,
    requestId: c.get("requestId"),
    caller: { ip: c.req.header("cf-connecting-ip") ?? null, userAgent: c.req.header("user-agent")?.slice(0, 400) ?? null },
    ...traced(c.req.header("traceparent")),
    now: (deps.now ?? Date.now)(),
    objects: (deps.objects ?? objectsOf)(c.env),
    sandbox: deps.sandbox,
    usage: (deps.usage ?? usageOf)(c.env),
    waitUntil: (work) => c.executionCtx.waitUntil(work),
  };
}

function traced(traceparent: string | undefined): { traceparent?: string } {
  return traceparent !== undefined && parseTraceparent(traceparent) ? { traceparent: traceparent.trim() } : {};
}

function check(schema: z.ZodType, value: unknown, where: "params" | "query" | "body"): unknown {
  const result = parse(schema, value);
  if (result.success) return result.data;
  // A path with an impossible parameter names nothing.
  if (where === "params") throw new PlatformError("not-found", "There is nothing at this path.");
  const prefix = where === "query" ? "/query" : "";
  const errors = result.error.issues.map((issue) => ({
    pointer: prefix + issue.path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join(""),
    detail: issue.message,
  }));
  const first = errors[0];
  throw new PlatformError("bad-request", first ? `${first.pointer || "The body"}: ${first.detail}` : "The request does not fit.", errors);
}

function parse(schema: z.ZodType, value: unknown) {
  try {
    return schema.safeParse(value);
  } catch (error) {
    if (error instanceof RangeError) throw new PlatformError("bad-request", "The body is nested too deeply.");
    throw error;
  }
}

/** As the caller says, without parameters. */
const mediaTypeOf = (request: Request): string | null => request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() || null;

/** @throws PlatformError `unsupported-media-type` */
function fileOf(request: Request, types: readonly string[]): ReadableStream<Uint8Array> | null {
  if (!types.includes("*/*") && !types.includes(mediaTypeOf(request) ?? "")) throw new PlatformError("unsupported-media-type", `Send the file with \`Content-Type: ${types.join("` or `")}\`.`);
  return request.body;
}

function idempotencyKey(request: Request): string | null {
  const key = request.headers.get("idempotency-key");
  if (key !== null && (key.length === 0 || key.length > 255)) throw new PlatformError("bad-request", "An Idempotency-Key has 1 to 255 characters.");
  return key;
}

/** @throws PlatformError `bad-request` for what is no version of ours */
function versionSeen(request: Request): number | null {
  const header = request.headers.get("if-match");
  if (header === null || header.trim() === "*") return null;
  const version = /^(?:W\/)?"(\d{1,15})"$/.exec(header.trim())?.[1];
  if (version === undefined) throw new PlatformError("bad-request", 'If-Match has the version in quotes, as the ETag of the record: `If-Match: "3"`.');
  return Number(version);
}
