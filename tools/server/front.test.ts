import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Server as TcpServer, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { Problem } from "../../sdk/schema/problem.ts";
import { openFront } from "./front.mjs";

const closing: Array<() => void> = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function listen<T extends Server | TcpServer>(server: T, port = 0): Promise<number> {
  await new Promise<void>((listening) => server.listen(port, "127.0.0.1", listening));
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/**
 * What the runtime stands for here: a server that answers by `answer`. Like workerd it ends its
 * answer to somebody who says no more.
 */
const runtime = (answer: (request: IncomingMessage, response: ServerResponse) => void, port?: number): Promise<number> => listen(Object.assign(createServer(answer), { httpAllowHalfOpen: true }), port);

/** One whose connections are in the test's hand. */
async function bareRuntime(connected: (socket: Socket) => void): Promise<number> {
  return listen(
    createTcpServer((socket) => {
      socket.on("error", () => {});
      connected(socket);
    }),
  );
}

/** Goes down when it is asked for the second time on a connection. */
const answersOnce = (answer: string): Promise<number> =>
  bareRuntime((socket) =>
    socket.once("data", () => {
      socket.write(answer);
      socket.once("data", () => socket.resetAndDestroy());
    }),
  );

/** Says `first`, and `next` once something is heard. @returns all that was heard until the end, and the error it ended with */
async function conversation(url: string, first: string, next?: string): Promise<string> {
  const socket = connect({ port: Number(new URL(url).port), host: "127.0.0.1" });
  let heard = "";
  socket.on("error", ({ code }: NodeJS.ErrnoException) => (heard += code));
  socket.on("data", (bytes) => (heard += bytes.toString()));
  if (next !== undefined) socket.once("data", () => socket.write(next));
  socket.write(first);
  await new Promise((closed) => socket.once("close", closed));
  return heard;
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createTcpServer();
  const port = await listen(server);
  await new Promise((closed) => server.close(closed));
  return port;
}

/** Resolves when a connection from this process is refused. */
function firstRefusal(): Promise<void> {
  return new Promise((resolve) => {
    const opened = (message: unknown): void => {
      (message as { socket: Socket }).socket.once("error", () => {
        unsubscribe("net.client.socket", opened);
        resolve();
      });
    };
    subscribe("net.client.socket", opened);
  });
}

async function front(runtimePort: number, holdMs?: number): Promise<string> {
  const { url, close } = await openFront({ port: 0, runtimePort, ...(holdMs === undefined ? {} : { holdMs }) });
  closing.push(close);
  return url;
}

async function expectUnavailable(reply: Response): Promise<void> {
  expect([reply.status, reply.headers.get("content-type"), reply.headers.get("retry-after")]).toEqual([503, "application/problem+json", "1"]);
  const problem = (await reply.json()) as Problem;
  expect(problem).toMatchObject({ status: 503, code: "unavailable", detail: expect.stringContaining("Idempotency-Key") });
  expect(problem.instance).toBe(`urn:uuid:${reply.headers.get("x-request-id")}`);
}

test("requests and answers pass unchanged", async () => {
  const port = await runtime((request, response) => {
    response.writeHead(201, { "x-seen": `${request.method} ${request.url}` });
    request.pipe(response);
  });
  const url = await front(port);
  const body = "x".repeat(3_000_000);
  for (const path of ["/a", "/b?c=d"]) {
    const reply = await fetch(url + path, { method: "POST", body });
    expect([reply.status, reply.headers.get("x-seen")]).toEqual([201, `POST ${path}`]);
    expect((await reply.text()) === body).toBe(true);
  }
});

test("a request that comes while the runtime is down waits for it", async () => {
  const port = await freePort();
  const url = await front(port);
  const refused = firstRefusal();
  const reply = fetch(url);
  await refused;
  await runtime((_request, response) => response.end("here"), port);
  expect(await (await reply).text()).toBe("here");
});

test("a runtime that stays down is told as 503 with Retry-After", async () => {
  await expectUnavailable(await fetch(await front(await freePort(), 0), { method: "POST", body: "x".repeat(1_000_000) }));
});

test("a request whose runtime went down before it answered is told so", async () => {
  const port = await bareRuntime((socket) => socket.once("data", () => socket.resetAndDestroy()));
  await expectUnavailable(await fetch(await front(port), { method: "POST", body: "{}" }));
});

test("so is the second request of a connection", async () => {
  const ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
  const port = await answersOnce(ok);
  const heard = await conversation(await front(port), "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\n\r\n");
  expect(heard.startsWith(`${ok}HTTP/1.1 503 Service Unavailable\r\n`)).toBe(true);
});

test("a request that crosses with the runtime's hanging up goes to the next runtime", async () => {
  const ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
  let hungUp: () => void = () => {};
  const port = await bareRuntime((socket) => {
    socket.once("data", () => socket.end(ok));
    socket.once("close", () => hungUp());
  });
  const socket = connect({ port: Number(new URL(await front(port)).port), host: "127.0.0.1" });
  let heard = "";
  socket.on("data", (bytes) => (heard += bytes.toString()));
  hungUp = () => {
    hungUp = () => {};
    socket.write("GET /second HTTP/1.1\r\n\r\n");
  };
  socket.write("GET /first HTTP/1.1\r\n\r\n");
  await new Promise((closed) => socket.once("close", closed));
  expect(heard).toBe(ok + ok);
});

test("an answer that was cut off does not look complete", async () => {
  // Without a length: only the way the connection ends tells that more should have come.
  const half = "HTTP/1.1 200 OK\r\n\r\nhalf";
  const port = await bareRuntime((socket) => {
    socket.once("data", () => socket.write(half, () => setImmediate(() => socket.resetAndDestroy())));
  });
  expect(await conversation(await front(port), "GET / HTTP/1.1\r\n\r\n")).toBe(`${half}ECONNRESET`);
});

test("what speaks another protocol by now is hung up on without a word", async () => {
  const switched = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
  const port = await answersOnce(switched);
  expect(await conversation(await front(port), "GET / HTTP/1.1\r\nupgrade: websocket\r\n\r\n", "GET / is no request here")).toBe(`${switched}ECONNRESET`);
});

test("the rest of a body that was answered early is no request", async () => {
  const answer = "HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n";
  const port = await answersOnce(answer);
  expect(await conversation(await front(port), "POST / HTTP/1.1\r\ncontent-length: 100\r\n\r\nsome of the body", "more of the body")).toBe(`${answer}ECONNRESET`);
});

test("a caller that asked for nothing is told nothing", async () => {
  expect(await conversation(await front(await bareRuntime((socket) => socket.end())), "")).toBe("");
});

test("a caller that leaves takes its connection to the runtime along", async () => {
  let asked: () => void = () => {};
  const left = new Promise<void>((resolve) => {
    void bareRuntime((socket) => {
      socket.once("data", () => asked());
      socket.once("close", () => resolve());
    }).then(async (port) => {
      const socket = connect({ port: Number(new URL(await front(port)).port), host: "127.0.0.1" });
      socket.on("error", () => {});
      asked = () => socket.resetAndDestroy();
      socket.write("GET / HTTP/1.1\r\n\r\n");
    });
  });
  await left;
});

/** Resolves to how draining ended. */
async function draining(runtimePort: number): Promise<{ url: string; drain: (withinMs: number) => Promise<boolean> }> {
  const { url, close, drain } = await openFront({ port: 0, runtimePort });
  closing.push(close);
  return { url, drain };
}

test("draining answers what is under way, also on connections that are kept open, and takes nothing more", async () => {
  let answer: (() => void) | undefined;
  const arrived = Promise.withResolvers<void>();
  const port = await runtime((request, response) => {
    if (request.url === "/quick") return response.end("quick");
    answer = () => response.end("slow");
    response.write("begins ");
    return arrived.resolve();
  });
  const { url, drain } = await draining(port);
  expect(await (await fetch(`${url}/quick`)).text()).toBe("quick");
  const slow = fetch(`${url}/slow`).then((reply) => reply.text());
  await arrived.promise;
  const drained = drain(5_000);
  await expect(fetch(`${url}/quick`, { headers: { connection: "close" } })).rejects.toThrow();
  answer?.();
  expect(await slow).toBe("begins slow");
  expect(await drained).toBe(true);
});

test("draining waits for a request that has no answer yet", async () => {
  const asked = Promise.withResolvers<ServerResponse>();
  const { url, drain } = await draining(await runtime((_request, response) => asked.resolve(response)));
  const reply = fetch(url).then((one) => one.text());
  const response = await asked.promise;
  const drained = drain(5_000);
  response.end("at last");
  expect([await reply, await drained]).toEqual(["at last", true]);
});

test("draining ends when the time is up", async () => {
  const asked = Promise.withResolvers<ServerResponse>();
  const { url, drain } = await draining(await runtime((_request, response) => asked.resolve(response)));
  const reply = fetch(url);
  const failed = expect(reply).rejects.toThrow();
  await asked.promise;
  expect(await drain(50)).toBe(false);
  await failed;
});
