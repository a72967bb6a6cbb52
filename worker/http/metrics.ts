/**
 * What operators look at: `/metrics`, `/health/ready`, and a line for each request.
 * @module
 */
import type { Context } from "hono";
import { routePath } from "hono/route";
import { queueLengths } from "../../db/queue-lengths.ts";
import { ping } from "../../db/tenants.ts";
import { PlatformError } from "../../sdk/schema/problem.ts";
import { sameSecret } from "../auth/bytes.ts";
import { objectsOf } from "../domain/ports.ts";
import type { Env } from "../env.ts";
import { metricsText, requestAnswered } from "../observability/counters.ts";
import { errorFields, log } from "../observability/log.ts";
import type { AppEnv } from "./handle.ts";

/** A path as it was declared: what callers put into it is in no label and no log. */
export function routeOf(c: Context<AppEnv>): string {
  const path = routePath(c);
  // Nothing but what looks at all requests.
  return path === "" || path === "*" || path === "/*" ? "unmatched" : path;
}

/** Counts an answer, and logs it where that is wanted. */
export function noteAnswer(c: Context<AppEnv>, began: number): void {
  const answer = { method: c.req.method, route: routeOf(c), status: c.res.status, ms: Date.now() - began };
  requestAnswered(answer);
  if (c.env.ACCESS_LOG === "on") log("info", "request.answered", { request_id: c.get("requestId"), ...answer, ...(c.get("tenant") === undefined ? {} : { tenant: c.get("tenant") }) });
}

/** @throws PlatformError `unauthorized` for whoever has neither METRICS_TOKEN nor the operator's key */
async function mustBeOperator({ METRICS_TOKEN, OPERATOR_KEY }: Env, authorization: string | undefined): Promise<void> {
  const [scheme, token = ""] = (authorization ?? "").trim().split(/\s+/);
  if (scheme?.toLowerCase() === "bearer" && token !== "") {
    for (const secret of [METRICS_TOKEN, OPERATOR_KEY]) if (secret && (await sameSecret(token, secret))) return;
  }
  throw new PlatformError("unauthorized", "Send METRICS_TOKEN or the operator's key: `Authorization: Bearer …`.");
}

export async function metrics(c: Context<AppEnv>): Promise<Response> {
  await mustBeOperator(c.env, c.req.header("authorization"));
  // Without a database the rest is worth all the more.
  const lengths = await queueLengths(c.env.DB).catch((error: unknown) => {
    log("warn", "metrics.queues_unread", { error: errorFields(error) });
    return {};
  });
  return new Response(metricsText(lengths), { headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store" } });
}

/** Asks everything that a request may need. Costs more than `/health`, and is for operators. */
export async function ready(c: Context<AppEnv>): Promise<Response> {
  await mustBeOperator(c.env, c.req.header("authorization"));
  const { env } = c;
  const checks = await Promise.all([
    check("database", () => ping(env.DB)),
    // An index that belongs to nobody.
    check("objects", () => objectsOf(env).hub("health").find("health")),
    check("blobs", () => env.BLOBS.head("health")),
  ]);
  const isReady = checks.every(({ status }) => status === "ok");
  return Response.json({ status: isReady ? "ok" : "unavailable", checks: Object.fromEntries(checks.map(({ name, ...rest }) => [name, rest])) }, { status: isReady ? 200 : 503, headers: { "cache-control": "no-store" } });
}

const patienceMs = 5_000;

async function check(name: string, ask: () => Promise<unknown>): Promise<{ name: string; status: "ok" | "failed"; ms: number }> {
  const began = Date.now();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("no answer")), patienceMs);
  try {
    await Promise.race([ask(), late.promise]);
    return { name, status: "ok", ms: Date.now() - began };
  } catch (error) {
    log("error", "health.failed", { check: name, error: errorFields(error) });
    return { name, status: "failed", ms: Date.now() - began };
  } finally {
    clearTimeout(timer);
  }
}
