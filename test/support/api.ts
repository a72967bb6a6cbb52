/**
 * The REST interface as a test calls it: every status comes back, nothing is retried.
 * @module
 */
import type { ExecutionView } from "../../sdk/schema/execution.ts";
import type { DeploymentRequest, DeploymentView } from "../../sdk/schema/manifest.ts";

export interface Reply<T> {
  status: number;
  body: T;
}

/** Longest time the interface holds a request open, ms. */
const longestWaitMs = 60_000;

export class Api {
  readonly #origin: () => string;
  readonly #key: string;

  constructor(origin: () => string, key: string) {
    this.#origin = origin;
    this.#key = key;
  }

  async request<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply<T>> {
    const response = await fetch(`${this.#origin()}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#key}`, "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(longestWaitMs + 30_000),
    });
    const text = await response.text();
    return { status: response.status, body: (text === "" ? null : JSON.parse(text)) as T };
  }

  get<T>(path: string): Promise<Reply<T>> {
    return this.request<T>("GET", path);
  }

  post<T>(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Reply<T>> {
    return this.request<T>("POST", path, body, headers);
  }

  /** @throws Error with the problem document when the reply is none of `statuses` */
  async expect<T>(reply: Promise<Reply<T>>, ...statuses: number[]): Promise<T> {
    const { status, body } = await reply;
    if (!statuses.includes(status)) throw new Error(`expected ${statuses.join(" or ")}, got ${status}: ${JSON.stringify(body)}`);
    return body;
  }

  deploy(bundle: DeploymentRequest): Promise<DeploymentView> {
    return this.expect(this.post<DeploymentView>("/deployments", bundle), 200, 201);
  }

  /** The new execution's id. */
  async start(workflow: string, input: unknown = {}, key?: string): Promise<string> {
    const started = await this.expect(this.post<{ execution_id: string }>(`/workflows/${workflow}/execute`, { input }, key === undefined ? {} : { "idempotency-key": key }), 202);
    return started.execution_id;
  }

  execution(id: string, waitMs = 0): Promise<ExecutionView> {
    return this.expect(this.get<ExecutionView>(`/executions/${id}?wait=${waitMs}`), 200);
  }

  /** Polls until `until` holds. @throws Error showing the execution when it never does */
  async reach(id: string, until: (execution: ExecutionView) => boolean, withinMs = 60_000): Promise<ExecutionView> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const view = await this.execution(id, 100);
      if (until(view)) return view;
      if (Date.now() > deadline) throw new Error(`the execution did not get there within ${withinMs} ms: ${JSON.stringify(view)}`);
    }
  }

  /** Its end: completed, failed or cancelled. */
  end(id: string, withinMs = 60_000): Promise<ExecutionView> {
    return this.reach(id, ({ status }) => status === "completed" || status === "failed" || status === "cancelled", withinMs);
  }

  send(id: string, type: string, payload: unknown, key?: string): Promise<Reply<{ accepted: boolean }>> {
    return this.post(`/executions/${id}/events`, { type, payload }, key === undefined ? {} : { "idempotency-key": key });
  }
}
