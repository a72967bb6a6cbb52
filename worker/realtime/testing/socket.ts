/**
 * A socket as a client holds it: frames in the order in which they came.
 * @module
 */
import type { ServerFrame } from "../../../sdk/schema/updates.ts";
import type { Harness } from "../../http/testing/harness.ts";

export type Frame = ServerFrame;
type Op = Frame["op"];

export interface Open {
  socket: WebSocket;
  frames: Frame[];
  /** Set once the server has closed it. */
  closed: { code: number; reason: string } | null;
  send(frame: object | string | ArrayBuffer): void;
  /** The first frame that fits and was not taken before. */
  next<O extends Op>(op: O, fits?: (frame: Extract<Frame, { op: O }>) => boolean): Promise<Extract<Frame, { op: O }>>;
  end(): Promise<{ code: number; reason: string }>;
  /** Resolves when everything sent before was dealt with. */
  settled(): Promise<void>;
  subscribe(...topics: string[]): Promise<Extract<Frame, { op: "subscribed" }>>;
}

export function connecting(h: Harness, headers: Record<string, string>, path = "/api/v1/updates"): Promise<Response> {
  return h.fetch(new Request(`https://flows.example.com${path}`, { headers: { upgrade: "websocket", ...headers } }));
}

/** @throws Error with the refusal's body */
export async function open(h: Harness, credential: string, headers: Record<string, string> = {}): Promise<Open> {
  const response = await connecting(h, { authorization: `Bearer ${credential}`, ...headers });
  if (!response.webSocket) throw new Error(`${response.status} ${await response.text()}`);
  return listen(response.webSocket);
}

let pings = 0;

export function listen(socket: WebSocket): Open {
  const waiting = new Set<() => void>();
  const taken = new Set<Frame>();
  const until = async <T>(find: () => T | undefined): Promise<T> => {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => waiting.add(resolve));
    }
  };
  const wake = (): void => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  const one: Open = {
    socket,
    frames: [],
    closed: null,
    send: (frame) => socket.send(typeof frame === "string" || frame instanceof ArrayBuffer ? frame : JSON.stringify(frame)),
    next: (op, fits = () => true) =>
      until(() => {
        const found = one.frames.find((frame) => !taken.has(frame) && frame.op === op && fits(frame as Extract<Frame, { op: typeof op }>));
        if (found) taken.add(found);
        else if (one.closed) throw new Error(`closed with ${one.closed.code} (${one.closed.reason}) before there was a frame ${op}: ${JSON.stringify(one.frames)}`);
        return found as Extract<Frame, { op: typeof op }> | undefined;
      }),
    end: () => until(() => one.closed ?? undefined),
    async settled() {
      const ref = `settled-${++pings}`;
      one.send({ op: "ping", ref });
      await one.next("pong", (frame) => frame.ref === ref);
    },
    async subscribe(...topics) {
      one.send({ op: "subscribe", topics });
      return one.next("subscribed");
    },
  };
  socket.addEventListener("message", ({ data }) => {
    one.frames.push(JSON.parse(String(data)) as Frame);
    wake();
  });
  socket.addEventListener("close", ({ code, reason }) => {
    one.closed = { code, reason };
    wake();
  });
  socket.accept();
  return one;
}
