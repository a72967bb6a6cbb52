/**
 * Problem details (RFC 9457): the one shape of every refusal. Each code has a page of the
 * same name in docs/errors/.
 * @module
 */
import { z } from "zod";

export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string(),
  instance: z.string().optional(),
  /** Where in the request: JSON pointers and what is wrong there. */
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});
export type Problem = z.infer<typeof problem>;

/** Every code with its HTTP status and title. Adding one needs its page in docs/errors/. */
export const problemCodes = {
  "bad-request": [400, "The request is not valid"],
  unauthorized: [401, "Sign in or send an API key"],
  "token-expired": [401, "The access token has expired"],
  "bad-signature": [401, "The signature does not match"],
  forbidden: [403, "Not allowed"],
  "not-found": [404, "Not found"],
  "unknown-hook": [404, "No workflow listens here"],
  "method-not-allowed": [405, "Method not allowed"],
  conflict: [409, "The state does not allow this"],
  "too-large": [413, "The request is too large"],
  "unsupported-media-type": [415, "Unsupported media type"],
  "invalid-input": [422, "The input does not fit the workflow"],
  // 422 and not 409: as the IETF's draft of the Idempotency-Key header has it.
  "idempotency-key-reused": [422, "The Idempotency-Key belongs to another input"],
  "bundle-rejected": [422, "The bundle cannot be deployed"],
  "rate-limited": [429, "Too many requests"],
  internal: [500, "Something failed on our side"],
  unavailable: [503, "Temporarily not available"],
} as const satisfies Record<string, readonly [number, string]>;
export type ProblemCode = keyof typeof problemCodes;

/** The platform's one error class; worker/http turns it into a problem document. */
export class PlatformError extends Error {
  override readonly name = "PlatformError";
  readonly code: ProblemCode;
  readonly errors: Problem["errors"];
  constructor(code: ProblemCode, detail: string, errors?: Problem["errors"]) {
    super(detail);
    this.code = code;
    this.errors = errors;
  }
}

export function toProblem(code: ProblemCode, detail: string, errors?: Problem["errors"]): Problem {
  const [status, title] = problemCodes[code];
  return { type: `https://everstep.dev/errors/${code}`, title, status, code, detail, ...(errors ? { errors } : {}) };
}
