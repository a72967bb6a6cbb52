/**
 * A receiver of webhooks on loopback that behaves as the path says, well or badly, and remembers
 * what it was sent.
 * @module
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  path: string;
  headers: Record<string, string>;
  body: string;
  /** ms since the epoch. */
  at: number;
}

export class Receiver {
  readonly received: Received[] = [];
  readonly #server: Server;
  /** Answers to come, by path; after them, 200. */
  readonly #answers = new Map<string, { status: number; headers?: Record<string, string> }[]>();

  private constructor(server: Server) {
    this.#server = server;
    server.on("request", (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => {
        this.received.push({ path: request.url ?? "", headers: headersOf(request), body: Buffer.concat(chunks).toString(), at: Date.now() });
        this.#answer(request.url ?? "", response);
      });
    });
  }

  static async open(): Promise<Receiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Receiver(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** What the next calls to a path get. */
  willAnswer(path: string, ...answers: { status: number; headers?: Record<string, string> }[]): void {
    this.#answers.set(path, answers);
  }

  /** Resolves when so many have come to a path. */
  async until(path: string, count: number): Promise<Received[]> {
    for (;;) {
      const found = this.received.filter((one) => one.path === path);
      if (found.length >= count) return found;
      await new Promise((resolve) => this.#server.once("request", (request: IncomingMessage) => request.once("end", resolve)));
    }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(path: string, response: ServerResponse): void {
    const next = this.#answers.get(path)?.shift();
    if (next) return void response.writeHead(next.status, next.headers).end(`answer ${next.status}`);
    if (path === "/silent") return;
    if (path === "/hangs") return void response.writeHead(200).write("beginning");
    if (path === "/endless") {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write("x".repeat(65_536))) continue;
        if (!response.destroyed) response.once("drain", more);
      };
      return more();
    }
    if (path === "/huge") return void response.writeHead(200, { "content-length": String(2 ** 40) }).write("y".repeat(100_000));
    if (path === "/breaks") {
      response.writeHead(200, { "content-length": "1000" }).write("z");
      return void setImmediate(() => response.destroy());
    }
    if (path === "/resets") return void response.destroy();
    response.end("thanks");
  }
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])));
}
