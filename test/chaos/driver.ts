/**
 * The callers of a chaos run: they start executions and send events, and when no reply came
 * they do it again with the same Idempotency-Key, as any careful caller would.
 * @module
 */
import type { Server } from "../support/server.ts";
import type { Planned } from "./plan.ts";

const retryMs = 150;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export interface Started {
  planned: Planned;
  input: object;
  id: string;
  /** Calls that got no reply before one did. */
  unanswered: number;
}

export class Driver {
  readonly started: Started[] = [];
  readonly violations: string[] = [];
  readonly #server: Server;
  readonly #recorderUrl: string;
  #open: Promise<void> = Promise.resolve();
  #opened: () => void = () => {};
  #down = false;
  readonly #jobs: Promise<void>[] = [];

  constructor(server: Server, recorderUrl: string) {
    this.#server = server;
    this.#recorderUrl = recorderUrl;
  }

  /** The server is gone: callers hold on. */
  down(): void {
    if (this.#down) return;
    this.#down = true;
    this.#open = new Promise((resolve) => (this.#opened = resolve));
  }

  up(): void {
    this.#down = false;
    this.#opened();
  }

  launch(executions: readonly Planned[]): void {
    for (const planned of executions) this.#jobs.push(this.#run(planned));
  }

  /** Every start has been answered and every event accepted. */
  async settled(): Promise<void> {
    await Promise.all(this.#jobs);
  }

  async #run(planned: Planned): Promise<void> {
    await pause(planned.afterMs);
    const input = { recorder: this.#recorderUrl, seed: 0, pauseMs: planned.pauseMs };
    const { status, body, unanswered } = await this.#insist<{ execution_id: string }>(`/workflows/${planned.kind.workflow}/execute`, { input }, planned.key, [202]);
    if (status !== 202) return void this.violations.push(`${planned.key}: the start was refused with ${status}: ${JSON.stringify(body)}`);
    this.started.push({ planned, input, id: body.execution_id, unanswered });
    for (const [index, token] of planned.events.entries()) {
      const sent = await this.#insist(`/executions/${body.execution_id}/events`, { type: "go", payload: { token } }, `${planned.key}-${index}`, [202]);
      // The event may have been taken by a call whose reply was lost, and have ended it since.
      if (sent.status !== 202 && !(sent.status === 409 && sent.unanswered > 0)) this.violations.push(`${planned.key}: event ${index} was refused with ${sent.status}: ${JSON.stringify(sent.body)}`);
    }
  }

  /** Calls until a final answer is there: one of `wanted`, or a refusal. */
  async #insist<T>(path: string, body: unknown, key: string, wanted: readonly number[]): Promise<{ status: number; body: T; unanswered: number }> {
    const deadline = Date.now() + 180_000;
    for (let unanswered = 0; ; ) {
      await this.#open;
      try {
        const reply = await this.#server.api.post<T>(path, body, { "idempotency-key": key });
        if (reply.status < 500 || wanted.includes(reply.status) || Date.now() > deadline) return { ...reply, unanswered };
      } catch (error) {
        if (Date.now() > deadline) throw error;
        unanswered++;
      }
      await pause(retryMs);
    }
  }
}
