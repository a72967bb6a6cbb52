/**
 * What leaves an execution: recorded, and answered by the test.
 * @module
 */
import { outside } from "./environment.ts";
import type { StepStub } from "./program.ts";
import { checkSecrets, type TestSecrets, withNames } from "./secrets.ts";

export interface Stubs {
  /** Answers the requests of the workflow under test. */
  fetch?: (request: Request) => Response | Promise<Response>;
  /** In place of steps' bodies, by step name: a value, or a function of the step's context. */
  steps?: Readonly<Record<string, StepStub>>;
}

/** A request that a workflow under test has sent. */
export interface Effect {
  executionId: string;
  /** Key of the step it was sent from: `name-count`. */
  step: string;
  method: string;
  /** As in headers and body, `[secret:NAME]` stands for a secret. */
  url: string;
  headers: Record<string, string>;
  body: string;
  /** The same for every attempt of the step; null where none is sent along (GET, HEAD, OPTIONS). */
  idempotencyKey: string | null;
  at: Date;
}

export async function sendThrough({ stubs, secrets }: { stubs: Stubs; secrets: TestSecrets | undefined }, effects: Effect[], executionId: string, step: string, request: Request, now: number): Promise<Response> {
  const { method, url, headers } = request;
  const body = await request.clone().text();
  checkSecrets(secrets, url, [url, body, ...headers.values()]);
  const shown = Object.fromEntries(Array.from(headers, ([name, value]) => [name, withNames(value)]));
  effects.push({ executionId, step, method, url: withNames(url), headers: shown, body: withNames(body), idempotencyKey: headers.get("idempotency-key"), at: new Date(now) });
  const answer = stubs.fetch;
  if (!answer) throw new Error(`nothing answers ${method} ${url}: pass stubs.fetch to testWorkflow`);
  return outside(() => answer(request));
}
