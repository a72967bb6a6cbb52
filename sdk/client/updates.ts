/**
 * Listening to what happens: one WebSocket that is opened again when it drops, goes on where
 * it was, and acknowledges what has arrived. Runs in browsers and in Node 22 and newer.
 * @module
 */
import { type ClientFrame, closeCodes, serverFrame, type ServerFrame, ticketProtocol, type UpdateEvent, updatesProtocol, updatesTicket } from "../schema/updates.ts";
import { ApiError, ConnectionError } from "./errors.ts";
import { type OpenSocket, platformSocket, type SocketLike } from "./socket.ts";
import type { Call, ClientOptions } from "./transport.ts";

export interface UpdatesOptions {
  /** `executions`, `executions:<id>`, `workflows:<id>`, `approvals`, `notifications:<own user id>`, `records:<type>`, `records:<type>:<id>`, `events`, `counts`. */
  topics: readonly string[];
  onEvent(event: UpdateEvent): void;
  /** From here on nothing of these is missed: now load what they are about. Also after each reconnection. */
  onSubscribed?(topics: string[]): void;
  /** Something of this topic was missed and is not kept any more: load anew what it is about. */
  onGap?(topic: string): void;
  /** A topic was refused, or may not be listened to any more; or a try to connect failed, and the next one follows. */
  onError?(error: Error): void;
  /** Only what came after this id, as {@link Updates.lastId} had it. */
  after?: number;
  /** Ends it. */
  signal?: AbortSignal;
  /** In place of the global `WebSocket`. */
  webSocket?: OpenSocket;
}

export interface Updates {
  /** Up to here everything has arrived; null before anything has. */
  readonly lastId: number | null;
  add(...topics: string[]): void;
  remove(...topics: string[]): void;
  close(): void;
  /**
   * Resolves when it was closed here. Rejects when it is of no use to go on: the session has
   * ended, the key was revoked, nothing is allowed any more.
   */
  readonly done: Promise<void>;
}

/** The pause before trying again, ms: doubles from the first to the longest, and is drawn between half of it and the whole. */
const [firstPauseMs, longestPauseMs] = [500, 30_000];
const ackEvery = 50;
const ackAfterMs = 1_000;
const pingMs = 25_000;
/** Nothing was heard for so long, pongs included: the connection is dead. */
const deafMs = 60_000;

export function openUpdates(client: ClientOptions, call: Call, options: UpdatesOptions): Updates {
  return new Connection(client, call, options);
}

class Connection implements Updates {
  readonly #client: ClientOptions;
  readonly #call: Call;
  readonly #options: UpdatesOptions;
  readonly #topics: Set<string>;
  readonly done: Promise<void>;
  #settle: (error: Error | null) => void = () => undefined;
  lastId: number | null;
  #socket: SocketLike | null = null;
  #open = false;
  #failures = 0;
  #over = false;
  #lagging = false;
  #unacknowledged = 0;
  #heardAt = 0;
  readonly #timers: { ack?: ReturnType<typeof setTimeout> | undefined; ping?: ReturnType<typeof setInterval> | undefined; again?: ReturnType<typeof setTimeout> | undefined } = {};

  constructor(client: ClientOptions, call: Call, options: UpdatesOptions) {
    this.#client = client;
    this.#call = call;
    this.#options = options;
    this.#topics = new Set(options.topics);
    this.lastId = options.after ?? null;
    this.done = new Promise((resolve, reject) => {
      this.#settle = (error) => (error ? reject(error) : resolve());
    });
    // Whoever does not look at the end need not hear of it.
    this.done.catch(() => undefined);
    if (options.signal?.aborted) this.close();
    else void this.#connect();
    options.signal?.addEventListener("abort", () => this.close(), { once: true });
  }

  add(...topics: string[]): void {
    const fresh = topics.filter((topic) => !this.#topics.has(topic));
    for (const topic of fresh) this.#topics.add(topic);
    if (this.#open && fresh.length > 0) this.#send({ op: "subscribe", topics: fresh });
  }

  remove(...topics: string[]): void {
    const known = topics.filter((topic) => this.#topics.delete(topic));
    if (this.#open && known.length > 0) this.#send({ op: "unsubscribe", topics: known });
  }

  close(): void {
    this.#end(null);
  }

  #end(error: Error | null): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timers.again);
    this.#left();
    this.#socket?.close(1000);
    this.#settle(error);
  }

  async #connect(): Promise<void> {
    try {
      const socket = await this.#opened();
      if (this.#over) return socket.close(1000);
      this.#socket = socket;
      const mine = (listener: (event: { data?: unknown; code?: number; reason?: string }) => void) => (event: { data?: unknown; code?: number; reason?: string }) => {
        if (this.#socket === socket) listener(event);
      };
      socket.addEventListener("open", mine(() => this.#begin()));
      socket.addEventListener("message", mine(({ data }) => this.#read(data)));
      // What went wrong is told by the close that follows.
      socket.addEventListener("error", () => undefined);
      socket.addEventListener("close", mine(({ code = 1006, reason = "" }) => this.#closed(code, reason)));
    } catch (error) {
      if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return this.#end(error);
      this.#later(error instanceof Error ? error : new ConnectionError(this.#client.url, error));
    }
  }

  async #opened(): Promise<SocketLike> {
    const { url, apiKey } = this.#client;
    const open = this.#options.webSocket ?? platformSocket;
    const address = `${url.replace(/^http/, "ws").replace(/\/+$/, "")}/api/v1/updates`;
    const credential = typeof apiKey === "string" ? apiKey : await apiKey();
    // Access tokens are people's, who may be in a browser: those send no headers.
    if (credential.startsWith("es_")) return open(address, { protocols: [updatesProtocol], headers: { authorization: `Bearer ${credential}` } });
    const { ticket } = await this.#call("POST", "/updates/tickets", updatesTicket, { body: {} });
    return open(address, { protocols: [updatesProtocol, `${ticketProtocol}${ticket}`], headers: {} });
  }

  #begin(): void {
    this.#open = true;
    this.#lagging = false;
    this.#unacknowledged = 0;
    this.#heardAt = Date.now();
    this.#timers.ping = setInterval(() => {
      if (Date.now() - this.#heardAt < deafMs) return this.#socket?.send('{"op":"ping"}');
      this.#socket?.close(4000, "nothing was heard");
      this.#closed(1006, "nothing was heard for too long");
    }, pingMs);
    if (this.#topics.size > 0) this.#send({ op: "subscribe", topics: [...this.#topics], ...(this.lastId === null ? {} : { after: this.lastId }) });
  }

  #read(data: unknown): void {
    this.#heardAt = Date.now();
    const parsed = serverFrame.safeParse(typeof data === "string" ? parseOrNull(data) : null);
    // A newer server may say more than this version knows.
    if (parsed.success) this.#take(parsed.data);
  }

  #take(frame: ServerFrame): void {
    const { onEvent, onSubscribed, onGap, onError } = this.#options;
    switch (frame.op) {
      case "event":
        this.#acknowledge(frame.id);
        return onEvent(frame);
      case "subscribed":
        this.#failures = 0;
        // While it catches up, events with smaller ids are still to come.
        if (!this.#lagging) this.lastId = Math.max(this.lastId ?? 0, frame.id);
        return onSubscribed?.(frame.topics);
      case "gap":
        return onGap?.(frame.topic);
      case "lagging":
        this.#lagging = true;
        return this.#ack();
      case "error":
        return onError?.(new ApiError(frame.problem.status, frame.problem.code, frame.problem.detail, frame.problem.errors));
      case "revoked":
        for (const topic of frame.topics) this.#topics.delete(topic);
        return onError?.(new ApiError(403, "forbidden", `no longer allowed: ${frame.topics.join(", ")}`));
      default:
        return undefined;
    }
  }

  #acknowledge(id: number): void {
    this.lastId = Math.max(this.lastId ?? 0, id);
    if (++this.#unacknowledged >= ackEvery) return this.#ack();
    this.#timers.ack ??= setTimeout(() => this.#ack(), ackAfterMs);
  }

  #ack(): void {
    clearTimeout(this.#timers.ack);
    this.#timers.ack = undefined;
    this.#unacknowledged = 0;
    if (this.#open && this.lastId !== null) this.#send({ op: "ack", id: this.lastId });
  }

  #closed(code: number, reason: string): void {
    this.#left();
    this.#socket = null;
    if (this.#over) return;
    if (code === closeCodes.unauthorized) return this.#end(new ApiError(401, "unauthorized", reason));
    if (code === closeCodes.forbidden) return this.#end(new ApiError(403, "forbidden", reason));
    this.#later(new ConnectionError(this.#client.url, new Error(`closed with ${code}${reason ? `: ${reason}` : ""}`)));
  }

  #left(): void {
    this.#open = false;
    clearTimeout(this.#timers.ack);
    clearInterval(this.#timers.ping);
    this.#timers.ack = undefined;
  }

  #later(error: Error): void {
    if (this.#over) return;
    this.#options.onError?.(error);
    const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(this.#failures++, 10));
    this.#timers.again = setTimeout(() => void this.#connect(), pause * (0.5 + Math.random() / 2));
  }

  #send(frame: ClientFrame): void {
    this.#socket?.send(JSON.stringify(frame));
  }
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
