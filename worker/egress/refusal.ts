/**
 * How egress says no: an exception inside, a marked response towards the isolate. The
 * isolate's runtime turns the response into a thrown error; upstream servers cannot fake
 * one because the marking header is taken off whatever they answer (./headers.ts).
 * @module
 */
import type { Problem } from "../../sdk/schema/problem.ts";

/** Each code with its title; all are answered with status 403 and the header below. */
export const refusalTitles = {
  "egress-denied": "This host may not be reached",
  "egress-too-large": "Too much data in one request",
  "egress-timeout": "The request took too long",
  "egress-too-many-redirects": "Too many redirects",
  "egress-unreachable": "The host did not answer",
  "secret-not-allowed": "The secret may not be used like this",
} as const;
export type RefusalCode = keyof typeof refusalTitles;

export const refusedHeader = "everstep-egress-refused";

export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: RefusalCode;
  readonly detail: string;
  /** The message begins with the code: a body that breaks midway carries nothing else across. */
  constructor(code: RefusalCode, detail: string) {
    super(`${code}: ${detail}`);
    this.code = code;
    this.detail = detail;
  }
}

export function refusalResponse({ code, detail }: Refusal): Response {
  const problem: Problem = { type: `https://everstep.dev/errors/${code}`, title: refusalTitles[code], status: 403, code, detail };
  return new Response(JSON.stringify(problem), { status: 403, headers: { "content-type": "application/problem+json", [refusedHeader]: code } });
}
