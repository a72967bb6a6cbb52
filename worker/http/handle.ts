/**
 * From a request to a route's answer: who, may they, is it well formed, do it.
 * @module
 */
import type { Context } from "hono";
import type { z } from "zod";
import { PlatformError } from "../../sdk/schema/problem.ts";
import { requirePermission } from "../auth/actor.ts";
import { authenticate } from "../auth/authenticate.ts";
import { type BaseContext, tenantContext } from "../domain/context.ts";
import { objectsOf, type ObjectsPort, type SandboxPort } from "../domain/ports.ts";
import type { Env } from "../env.ts";
import { readJson } from "./body.ts";
import type { Route } from "./route.ts";

export interface Deps {
  sandbox: SandboxPort;
  /** The objects behind executions; those of the bindings when left out. */
  objects?: (env: Env) => ObjectsPort;
}

export type AppEnv = { Bindings: Env; Variables: { requestId: string } };

const defaultMaxBytes = 1024 * 1024;

export function handle(route: Route, deps: Deps): (c: Context<AppEnv>) => Promise<Response> {
  const { shape } = route;
  return async (c) => {
    const request = c.req.raw;
    const base = baseContext(c, deps);
    const { actor, workflow } = await authenticate(c.env, request.headers.get("authorization"), {
      workflowId: shape.loadsWorkflow ? (c.req.param("id") ?? null) : null,
      now: base.now,
      waitUntil: base.waitUntil,
    });
    requirePermission(actor, shape.permission);
    const input = {
      params: shape.params ? check(shape.params, c.req.param(), "params") : undefined,
      query: shape.query ? check(shape.query, c.req.query(), "query") : undefined,
      body: shape.body ? check(shape.body, (await readJson(request, shape.maxBytes ?? defaultMaxBytes)) ?? {}, "body") : undefined,
      key: shape.keyed ? idempotencyKey(request) : null,
    };
    const answer = await route.run({ tenant: () => tenantContext(base, actor, workflow), operator: () => ({ ...base, actor }) }, input);
    if (answer.body === undefined) return new Response(null, { status: answer.status });
    return Response.json(answer.body, { status: answer.status });
  };
}

export function baseContext(c: Context<AppEnv>, deps: Deps): BaseContext {
  return {
    env: c.env,
    now: Date.now(),
    objects: (deps.objects ?? objectsOf)(c.env),
    sandbox: deps.sandbox,
    waitUntil: (work) => c.executionCtx.waitUntil(work),
  };
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

function idempotencyKey(request: Request): string | null {
  const key = request.headers.get("idempotency-key");
  if (key !== null && (key.length === 0 || key.length > 255)) throw new PlatformError("bad-request", "An Idempotency-Key has 1 to 255 characters.");
  return key;
}
