/**
 * Errors as problem documents (RFC 9457). What was not foreseen shows nothing of itself but
 * a request id, under which it is logged.
 * @module
 */
import { errorFields, log as logLine } from "../observability/log.ts";
import { PlatformError, type ProblemCode, toProblem } from "../../sdk/schema/problem.ts";

export interface ProblemContext {
  requestId: string;
  method: string;
  /** As it was declared. */
  path: string;
}

export function problemResponse(error: unknown, context: ProblemContext): Response {
  if (error instanceof PlatformError) return respond(error.code, error.message, context, error);
  log(error, context);
  if (isPassing(error)) return respond("unavailable", "The part of the platform that answers this is busy or restarting. Try again shortly.", context);
  return respond("internal", `Something failed on our side. It is logged as request ${context.requestId}.`, context);
}

/** What was sent may be said again, but not at any length. */
const most = { detail: 2000, pointer: 300, errors: 50 } as const;
const shortened = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length).toWellFormed()}…` : text);

function respond(code: ProblemCode, detail: string, { requestId }: ProblemContext, { errors, retryAfter, members }: Partial<PlatformError> = {}): Response {
  const shown = errors?.slice(0, most.errors).map((one) => ({ pointer: shortened(one.pointer, most.pointer), detail: shortened(one.detail, most.detail) }));
  const body = { ...toProblem(code, shortened(detail, most.detail), shown), ...members, instance: `urn:uuid:${requestId}` };
  const headers: Record<string, string> = { "content-type": "application/problem+json" };
  if (code === "unauthorized") headers["www-authenticate"] = "Bearer";
  if (code === "unavailable") headers["retry-after"] = "1";
  if (retryAfter !== undefined) headers["retry-after"] = String(retryAfter);
  return new Response(JSON.stringify(body), { status: body.status, headers });
}

/** A Durable Object that was reset or is overloaded says so on the error. */
function isPassing(error: unknown): boolean {
  return error instanceof Error && (("retryable" in error && error.retryable === true) || ("overloaded" in error && error.overloaded === true));
}

function log(error: unknown, { requestId, method, path }: ProblemContext): void {
  logLine("error", "request.failed", { request_id: requestId, method, path, error: errorFields(error) });
}
