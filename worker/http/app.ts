/**
 * The HTTP side of the platform: composes routes, hooks, health and the API's document.
 * @module
 */
import { type Context, Hono } from "hono";
import { ping } from "../../db/tenants.ts";
import { PlatformError } from "../../sdk/schema/problem.ts";
import { shakeHands } from "../ingress/handshake.ts";
import { receive } from "../ingress/receive.ts";
import { takeSample } from "../ingress/sample.ts";
import { accountPage, accountPages } from "./account-page.ts";
import { actionRoutes } from "./actions.ts";
import { apiKeyRoutes } from "./api-keys.ts";
import { approvalPage, approvalPagePath } from "./approval-page.ts";
import { approvalRoutes } from "./approvals.ts";
import { auditRoutes } from "./audit.ts";
import { authRoutes } from "./auth.ts";
import { customFieldRoutes } from "./custom-fields.ts";
import { deadLetterRoutes } from "./dead-letters.ts";
import { deploymentRoutes } from "./deployments.ts";
import { duplicateRoutes } from "./duplicates.ts";
import { emailRoutes } from "./emails.ts";
import { eventRoutes } from "./events.ts";
import { executionRoutes } from "./executions.ts";
import { type AppEnv, baseContext, type Deps, handle } from "./handle.ts";
import { exportRoutes } from "./exports.ts";
import { gateRoutes } from "./gate.ts";
import { hookRoutes } from "./hooks.ts";
import { importRoutes } from "./imports.ts";
import { invitationRoutes } from "./invitations.ts";
import { mergeRoutes } from "./merge.ts";
import { leadRoutes } from "./leads.ts";
import { methodsAt } from "./methods-at.ts";
import { metrics, noteAnswer, ready, routeOf } from "./metrics.ts";
import { mfaRoutes } from "./mfa.ts";
import { notificationRoutes } from "./notifications.ts";
import { openapi } from "./openapi.ts";
import { operatorRoutes } from "./operator.ts";
import { pipelineRoutes } from "./pipelines.ts";
import { planRoutes } from "./plans.ts";
import { privacyRoutes } from "./privacy.ts";
import { problemResponse } from "./problems.ts";
import { recordRoutes, recordTags } from "./records.ts";
import { reportRoutes } from "./reports.ts";
import { rerunRoutes } from "./rerun.ts";
import { roleRoutes } from "./roles.ts";
import type { Route } from "./route.ts";
import { attachmentRoutes } from "./attachments.ts";
import { calendarRoutes } from "./calendar.ts";
import { taskRoutes } from "./tasks.ts";
import { timelineRoutes } from "./timeline.ts";
import { searchRoutes } from "./search.ts";
import { teamRoutes } from "./teams.ts";
import { templateRoutes } from "./templates.ts";
import { tenantRoutes } from "./tenants.ts";
import { openSocket, updatesPaths, updatesRoutes } from "./updates.ts";
import { ticketRoutes } from "./tickets.ts";
import { usageRoutes } from "./usage.ts";
import { userRoutes } from "./users.ts";
import { scheduleRoutes } from "./schedules.ts";
import { sessionRoutes } from "./sessions.ts";
import { sourceRoutes } from "./sources.ts";
import { ssoRoutes } from "./sso.ts";
import { variableRoutes } from "./variables.ts";
import { jwks, jwksPath } from "./well-known.ts";
import { viewRoutes } from "./views.ts";
import { webhookRoutes } from "./webhooks.ts";
import { workflowRoutes } from "./workflows.ts";
import { workflowStepRoutes } from "./workflow-steps.ts";

export type { Deps } from "./handle.ts";

const base = "/api/v1";

/** Every route of the API. */
export const routes = [...authRoutes, ...mfaRoutes, ...ssoRoutes, ...invitationRoutes, ...sessionRoutes, ...deploymentRoutes, ...gateRoutes, ...executionRoutes, ...rerunRoutes, ...eventRoutes, ...approvalRoutes, ...templateRoutes, ...workflowRoutes, ...workflowStepRoutes, ...sourceRoutes, ...scheduleRoutes, ...hookRoutes, ...webhookRoutes, ...deadLetterRoutes, ...emailRoutes, ...apiKeyRoutes, ...variableRoutes, ...userRoutes, ...roleRoutes, ...teamRoutes, ...tenantRoutes, ...auditRoutes, ...privacyRoutes, ...usageRoutes, ...planRoutes, ...notificationRoutes, ...updatesRoutes, ...customFieldRoutes, ...recordRoutes, ...taskRoutes, ...calendarRoutes, ...attachmentRoutes, ...timelineRoutes, ...importRoutes, ...exportRoutes, ...leadRoutes, ...pipelineRoutes, ...ticketRoutes, ...reportRoutes, ...actionRoutes, ...searchRoutes, ...duplicateRoutes, ...mergeRoutes, ...viewRoutes, ...operatorRoutes];

/** These are also reached without the prefix. */
const unprefixed = new Set(["webhooks", "auth", "workflows", "executions", "variables", "users", "tenants", "updates", "approvals", "notifications", "emails", "reports", "custom-fields", "search", "duplicates", "views", "actions", ...recordTags]);

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
    const began = Date.now();
    await next();
    noteAnswer(c, began);
    c.res.headers.set("x-request-id", c.get("requestId"));
    for (const [name, value] of Object.entries(c.get("rateLimit") ?? {})) c.res.headers.set(name, value);
  });
  const refuse = (error: unknown, c: Context<AppEnv>) => problemResponse(error, { requestId: c.get("requestId"), method: c.req.method, path: routeOf(c) });
  app.onError(refuse);

  for (const path of updatesPaths) app.get(path, openSocket(deps));
  for (const route of routes) {
    app.on(route.shape.method.toUpperCase(), pathsOf(route), handle(route, deps));
  }

  let document: string | undefined;
  app.get(`${base}/openapi.json`, (c) => c.body((document ??= JSON.stringify(openapi(routes, base))), 200, { "content-type": "application/json" }));
  app.get("/metrics", metrics);
  app.get("/health/ready", ready);
  app.get("/health", async (c) => {
    if (c.req.query("deep") === "1") return ready(c);
    await ping(c.env.DB).catch(() => {
      throw new PlatformError("unavailable", "The database does not answer.");
    });
    return c.json({ status: "ok" });
  });
  app.get(jwksPath, (c) => jwks(c.env, baseContext(c, deps).now));
  app.get(approvalPagePath, (c) => approvalPage(c.req.header("accept-language") ?? null));
  for (const page of accountPages) app.get(`/account/${page}`, (c) => accountPage(page, c.req.header("accept-language") ?? null));
  app.get("/dev/mail/*", async (c) => {
    const { DEV_OUTBOX } = c.env;
    const answer = await DEV_OUTBOX?.fetch(c.req.raw);
    return answer ? new Response(answer.body, answer) : c.notFound();
  });
  app.post("/hooks/:tenant/:path", (c) => receive(baseContext(c, deps), c.req.raw, c.req.param()));
  app.get("/hooks/:tenant/:path", (c) => shakeHands(baseContext(c, deps), c.req.raw, c.req.param()));
  app.post("/hooks/:tenant/:path/test", (c) => takeSample(baseContext(c, deps), c.req.raw, c.req.param()));

  const others = [
    { method: "get", path: `${base}/openapi.json` },
    { method: "get", path: "/health" },
    { method: "get", path: "/health/ready" },
    { method: "get", path: "/metrics" },
    { method: "get", path: jwksPath },
    { method: "get", path: approvalPagePath },
    ...accountPages.map((page) => ({ method: "get", path: `/account/${page}` })),
    { method: "post", path: "/hooks/:tenant/:path" },
    { method: "get", path: "/hooks/:tenant/:path" },
    { method: "post", path: "/hooks/:tenant/:path/test" },
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
