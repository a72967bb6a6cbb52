/**
 * The outside world of a test: an HTTP server on loopback that records every effect that
 * reaches it. It lives in the test's process, so it outlives every kill of the server.
 * @module
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What a workflow sends along with an effect. */
export interface EffectBody {
  execution: string;
  /** Names the call in its execution, e.g. `charge`. */
  label: string;
  /** The first so many arrivals of this call are answered 503. */
  fail?: number;
  /** Everything the workflow knew when it sent this. */
  known?: Record<string, unknown>;
}

export interface Effect {
  /** Order of arrival. */
  seq: number;
  /** ms since the epoch. */
  at: number;
  execution: string;
  label: string;
  /** The Idempotency-Key header. */
  key: string | null;
  text: string;
  body: EffectBody;
  status: number;
  /** What the caller was told: another one every time. */
  token: string;
}

export class Recorder {
  readonly effects: Effect[] = [];
  readonly #server: Server;
  readonly #arrivals = new Map<string, number>();

  private constructor(server: Server, latency: () => number) {
    this.#server = server;
    server.on("request", (request, response) => {
      void this.#record(request).then(({ status, token }) => {
        setTimeout(() => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ token })), latency());
      });
    });
  }

  /** @param latency ms until an effect that was recorded is answered */
  static async open(latency: () => number = () => 0): Promise<Recorder> {
    const server = createServer({ keepAlive: true });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Recorder(server, latency);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/effects`;
  }

  async #record(request: IncomingMessage): Promise<Effect> {
    let text = "";
    request.setEncoding("utf8");
    for await (const part of request) text += part;
    const body = JSON.parse(text) as EffectBody;
    const { execution, label } = body;
    const key = request.headers["idempotency-key"];
    const call = `${execution} ${label}`;
    const arrival = (this.#arrivals.get(call) ?? 0) + 1;
    this.#arrivals.set(call, arrival);
    const seq = this.effects.length;
    const effect: Effect = {
      seq,
      at: Date.now(),
      execution,
      label,
      key: typeof key === "string" ? key : null,
      text,
      body,
      status: arrival <= (body.fail ?? 0) ? 503 : 200,
      token: `${label}#${seq}`,
    };
    this.effects.push(effect);
    return effect;
  }

  of(execution: string): Effect[] {
    return this.effects.filter((effect) => effect.execution === execution);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
