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
  /** `plan-limit`: which limit, what it is, how much of it is used, when it begins anew (null: not by itself). */
  limit_name: z.string().optional(),
  limit: z.number().optional(),
  used: z.number().optional(),
  resets_at: z.string().nullable().optional(),
  /** `version-conflict`: the record's version now, and of the fields to be changed its values and those that were sent. */
  version: z.number().int().optional(),
  current: z.record(z.string(), z.unknown()).optional(),
  yours: z.record(z.string(), z.unknown()).optional(),
  /** `merged`: the record that it is a part of now. */
  merged_into: z.string().optional(),
  contact_id: z.string().optional().describe("What the lead was converted into"),
});
export type Problem = z.infer<typeof problem>;

/** Every code with its HTTP status and title. Adding one needs its page in docs/errors/. */
export const problemCodes = {
  "bad-request": [400, "The request is not valid"],
  unauthorized: [401, "Sign in or send an API key"],
  "token-expired": [401, "The access token has expired"],
  "session-ended": [401, "The session has ended"],
  "invalid-credentials": [401, "The sign-in was refused"],
  "sign-in-expired": [401, "The sign-in is over"],
  "sso-refused": [401, "The sign-in with the provider was refused"],
  "bad-signature": [401, "The signature does not match"],
  "plan-limit": [402, "The plan has no room for it"],
  forbidden: [403, "Not allowed"],
  "tenant-suspended": [403, "The tenant is suspended"],
  "mfa-required": [403, "A second factor is required"],
  "sso-not-a-member": [403, "Not a member of this tenant"],
  "not-found": [404, "Not found"],
  "unknown-hook": [404, "No workflow listens here"],
  "method-not-allowed": [405, "Method not allowed"],
  conflict: [409, "The state does not allow this"],
  "effects-would-repeat": [409, "Effects would happen again"],
  "version-conflict": [409, "Somebody else has changed it meanwhile"],
  "event-loop": [409, "Events start each other in a circle"],
  "flow-singleton": [409, "The workflow runs one execution at a time"],
  "last-admin": [409, "A tenant keeps an admin"],
  merged: [410, "The record was merged into another"],
  "invalid-link": [410, "The link has been used or is over"],
  "too-large": [413, "The request is too large"],
  "unsupported-media-type": [415, "Unsupported media type"],
  "invalid-input": [422, "The input does not fit the workflow"],
  // 422 and not 409: as the IETF's draft of the Idempotency-Key header has it.
  "idempotency-key-reused": [422, "The Idempotency-Key belongs to another input"],
  "edit-refused": [422, "The code does not allow this edit"],
  "bundle-rejected": [422, "The bundle cannot be deployed"],
  "flow-rate-limited": [429, "The workflow takes no more starts just now"],
  "rate-limited": [429, "Too many requests"],
  "too-many-attempts": [429, "Too many attempts"],
  internal: [500, "Something failed on our side"],
  "sso-provider-failed": [502, "The sign-in provider does not work"],
  unavailable: [503, "Temporarily not available"],
} as const satisfies Record<string, readonly [number, string]>;
export type ProblemCode = keyof typeof problemCodes;

export type ProblemMembers = Pick<Problem, "limit_name" | "limit" | "used" | "resets_at" | "version" | "current" | "yours" | "merged_into" | "contact_id">;

/** The platform's one error class; worker/http turns it into a problem document. */
export class PlatformError extends Error {
  override readonly name = "PlatformError";
  readonly code: ProblemCode;
  readonly errors: Problem["errors"];
  /** Seconds after which it makes sense to try again; becomes the header `Retry-After`. */
  readonly retryAfter: number | undefined;
  /** Members that only some problems have. */
  readonly members: ProblemMembers | undefined;
  constructor(code: ProblemCode, detail: string, errors?: Problem["errors"], retryAfter?: number, members?: ProblemMembers) {
    super(detail);
    this.code = code;
    this.errors = errors;
    this.retryAfter = retryAfter;
    this.members = members;
  }
}

export function toProblem(code: ProblemCode, detail: string, errors?: Problem["errors"]): Problem {
  const [status, title] = problemCodes[code];
  return { type: `https://everstep.dev/errors/${code}`, title, status, code, detail, ...(errors ? { errors } : {}) };
}
