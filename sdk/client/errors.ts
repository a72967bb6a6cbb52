/**
 * What goes wrong between a client and the server.
 * @module
 */
import { type Problem, problem } from "../schema/problem.ts";

/** The server refused a request; the fields are those of its problem document (RFC 9457). */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** HTTP status. */
  readonly status: number;
  /** Stable code, e.g. `not-found`; `unexpected-reply` when the answer was no problem document. */
  readonly code: string;
  /** What is wrong, for people. */
  readonly detail: string;
  /** What is wrong where: JSON pointers, or `file:line:column` of a rejected bundle. */
  readonly errors: NonNullable<Problem["errors"]>;

  constructor(status: number, code: string, detail: string, errors: NonNullable<Problem["errors"]> = []) {
    super(detail);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.errors = errors;
  }
}

/** No answer: the server is not running, or not reachable. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  readonly url: string;

  constructor(url: string, cause: unknown) {
    super(`no answer from ${url} (${reason(cause)})`, { cause });
    this.url = url;
  }
}

/** Reads the refusal out of a reply that is not a success. */
export async function toApiError(reply: Response): Promise<ApiError> {
  const text = await reply.text().catch(() => "");
  const parsed = problem.safeParse(parseOrNull(text));
  if (parsed.success) return new ApiError(reply.status, parsed.data.code, parsed.data.detail, parsed.data.errors);
  const excerpt = text.trim().slice(0, 200);
  return new ApiError(reply.status, "unexpected-reply", `the server answered ${reply.status} ${reply.statusText}${excerpt ? `: ${excerpt}` : ""}`);
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (error.cause !== undefined) return reason(error.cause);
  return code || error.message;
}
