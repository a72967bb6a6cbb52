/**
 * Somebody else's endpoint for outbound webhooks: checks and keeps every call, refuses some of
 * the first ones, and outlives every kill of the server.
 * @module
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";

export interface Received {
  id: string;
  type: string;
  n: number;
  body: string;
  /** The signature fits the subscription's secret. */
  genuine: boolean;
}

export class Receiver {
  readonly received: Received[] = [];
  /** That of the subscription, once it is known. */
  secret = "";
  readonly #server: Server;
  readonly #refused = new Set<string>();

  private constructor(server: Server) {
    this.#server = server;
    server.on("request", (request, response) => {
      let body = "";
      request.setEncoding("utf8");
      request.on("data", (part: string) => (body += part));
      request.on("end", () => response.writeHead(this.#take(request.headers, body)).end());
    });
  }

  static async open(): Promise<Receiver> {
    const server = createServer({ keepAlive: true });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Receiver(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/webhooks`;
  }

  #take(headers: Record<string, unknown>, body: string): number {
    const id = String(headers["webhook-id"]);
    const { type, data } = JSON.parse(body) as { type: string; data: { n: number } };
    // Every fifth is refused the first time.
    if (data.n % 5 === 0 && !this.#refused.has(id)) {
      this.#refused.add(id);
      return 503;
    }
    this.received.push({ id, type, n: data.n, body, genuine: this.#isGenuine(headers as Record<string, string>, body) });
    return 204;
  }

  #isGenuine(headers: Record<string, string>, body: string): boolean {
    try {
      new Webhook(this.secret).verify(body, headers);
      return true;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
