/**
 * One careful caller: what got no answer is asked again, with the same key.
 * @module
 */
import { createHmac } from "node:crypto";
import type { Reply } from "../../support/api.ts";
import type { Server } from "../../support/server.ts";
import { pause } from "../pause.ts";

const retryMs = 150;
const longestMs = 180_000;

export interface Answered<T> extends Reply<T> {
  /** Calls that got no reply before this one did. */
  unanswered: number;
}

export class Caller {
  readonly #server: Server;
  #open: Promise<void> = Promise.resolve();
  #opened: () => void = () => {};

  constructor(server: Server) {
    this.#server = server;
  }

  /** The server is gone: callers hold on. */
  down(): void {
    this.#open = new Promise((resolve) => (this.#opened = resolve));
  }

  up(): void {
    this.#opened();
  }

  post<T>(path: string, body: unknown, key: string): Promise<Answered<T>> {
    return this.#insist(() => this.#server.api.post<T>(path, body, { "idempotency-key": key }));
  }

  /** A change on condition that the record still is that version. */
  patch<T>(path: string, body: unknown, version: number): Promise<Answered<T>> {
    return this.#insist(() => this.#server.api.request<T>("PATCH", path, body, { "if-match": `"${version}"` }));
  }

  get<T>(path: string): Promise<Answered<T>> {
    return this.#insist(() => this.#server.api.get<T>(path));
  }

  /** A delivery by the scheme of Standard Webhooks. */
  deliver<T>(path: string, secret: string, id: string, payload: unknown): Promise<Answered<T>> {
    const body = JSON.stringify(payload);
    const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
    return this.#insist(async () => {
      const timestamp = Math.floor(Date.now() / 1000);
      const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
      const headers = { "content-type": "application/json", "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": `v1,${signature}` };
      const response = await fetch(`${this.#server.url}/hooks/demo/${path}`, { method: "POST", headers, body });
      return { status: response.status, body: (await response.json()) as T };
    });
  }

  async #insist<T>(ask: () => Promise<Reply<T>>): Promise<Answered<T>> {
    const deadline = Date.now() + longestMs;
    for (let unanswered = 0; ; ) {
      await this.#open;
      try {
        const reply = await ask();
        if ((reply.status < 500 && reply.status !== 429) || Date.now() > deadline) return { ...reply, unanswered };
      } catch (error) {
        if (Date.now() > deadline) throw error;
        unanswered++;
      }
      await pause(retryMs);
    }
  }
}
