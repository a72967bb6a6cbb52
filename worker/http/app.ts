/**
 * The HTTP side of the platform: composes routes, hooks, health and the API's document.
 * @module
 */
import { type Context, Hono } from "hono";
import { ping } from "../../db/tenants.ts";
import { PlatformError } from "../../sdk/schema/problem.ts";
import { receive } from "../ingress/receive.ts";
import { apiKeyRoutes } from "./api-keys.ts";
import { deploymentRoutes } from "./deployments.ts";
import { executionRoutes } from "./executions.ts";
import { type AppEnv, baseContext, type Deps, handle } from "./handle.ts";
import { hookRoutes } from "./hooks.ts";
import { methodsAt } from "./methods-at.ts";
import { openapi } from "./openapi.ts";
import { operatorRoutes } from "./operator.ts";
import { problemResponse } from "./problems.ts";
import type { Route } from "./route.ts";
import { workflowRoutes } from "./workflows.ts";

export type { Deps } from "./handle.ts";

const base = "/api/v1";

/** Every route of the API. */
export const routes = [...deploymentRoutes, ...executionRoutes, ...workflowRoutes, ...hookRoutes, ...apiKeyRoutes, ...operatorRoutes];

/** These are also reached without the prefix. */
const unprefixed = new Set(["workflows", "executions"]);

function pathsOf({ shape }: Route): string[] {
  const paths = [shape.path, ...(shape.also ?? [])];
  return [...paths.map((path) => base + path), ...(unprefixed.has(shape.tag) ? paths : [])];
}

/**
 * @example
 * ```ts
 * const app = createApp({ sandbox });
 * export default { fetch: app.fetch } satisfies ExportedHandler<Env>;
 * ```
 */
export function createApp(deps: Deps): Hono<AppEnv> {
  const app = new Hono<AppEnv>();

  app.use(async (c, next) => {
    c.set("requestId", crypto.randomUUID());
    await next();
    c.res.headers.set("x-request-id", c.get("requestId"));
  });
  const refuse = (error: unknown, c: Context<AppEnv>) => problemResponse(error, { requestId: c.get("requestId"), method: c.req.method, path: c.req.path });
  app.onError(refuse);

  for (const route of routes) {
    app.on(route.shape.method.toUpperCase(), pathsOf(route), handle(route, deps));
  }

  let document: string | undefined;
  app.get(`${base}/openapi.json`, (c) => c.body((document ??= JSON.stringify(openapi(routes, base))), 200, { "content-type": "application/json" }));
  app.get("/health", async (c) => {
    await ping(c.env.DB).catch(() => {
      throw new PlatformError("unavailable", "The database does not answer.");
    });
    return c.json({ status: "ok" });
  });
  app.post("/hooks/:tenant/:path", (c) => receive(baseContext(c, deps), c.req.raw, c.req.param()));

  const others = [
    { method: "get", path: `${base}/openapi.json` },
    { method: "get", path: "/health" },
    { method: "post", path: "/hooks/:tenant/:path" },
  ];
  const known = [...others, ...routes.flatMap((route) => pathsOf(route).map((path) => ({ method: route.shape.method, path })))];
  app.notFound((c) => {
    const methods = methodsAt(known, c.req.path);
    if (methods.length === 0) return refuse(new PlatformError("not-found", `There is nothing at ${c.req.path}.`), c);
    const response = refuse(new PlatformError("method-not-allowed", `${c.req.path} answers to ${methods.join(", ")}.`), c);
    response.headers.set("allow", methods.join(", "));
    return response;
  });
  return app;
}
