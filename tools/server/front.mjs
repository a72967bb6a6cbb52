// The server's port belongs to this process and not to the runtime, so that a caller never
// finds nobody there: what arrives while the runtime is started again waits for it, and a
// request that went down with it gets an answer.
//
// Connections are passed on byte by byte. Only one thing is read in them: whether a request
// is still without an answer.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { toProblem } from "../../sdk/dist/schema/problem.js";
import { StartError } from "./lock.mjs";

const loopback = "127.0.0.1";
/** How long a connection waits for the runtime. A restart takes about a second. */
const defaultHoldMs = 10_000;
const knockAgainMs = 50;
/** How long the end of a connection is held back for a request that crosses with it. */
const graceMs = 200;
/** How long a caller has to take its last answer. */
const lingerMs = 5_000;

/** @param {string} host where it listens: one that means "everywhere" is reached by loopback */
export function urlOf(port, host = loopback) {
  if (host === "0.0.0.0" || host === "::") return `http://${loopback}:${port}`;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/**
 * A port that is free now: for who has to know it before the server opens.
 * @throws StartError when the host is not this machine's
 */
export async function freePort(host = loopback) {
  const server = createServer();
  await listen(server, host, 0);
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

/**
 * @typedef {object} Front
 * @property {string} url
 * @property {() => void} close hangs up on everybody
 * @property {(withinMs: number) => Promise<boolean>} drain takes no more connections and returns
 *   when every request under way is answered, or the time is up (false)
 */

/**
 * @param {{ port: number, runtimePort: number, host?: string, holdMs?: number }} options `port` 0: any free one
 * @returns {Promise<Front>}
 * @throws StartError when the port is taken, or the host is not this machine's
 */
export async function openFront({ port, runtimePort, host = loopback, holdMs = defaultHoldMs }) {
  const callers = new Set();
  const front = { runtimePort, holdMs, draining: false, drains: new Set() };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (caller) => {
    callers.add(caller);
    caller.on("error", () => caller.destroy());
    caller.once("close", () => callers.delete(caller));
    void passOn(caller, front);
  });
  await listen(server, host, port);
  return {
    url: urlOf(server.address().port, host),
    close() {
      server.close();
      for (const caller of callers) caller.destroy();
    },
    async drain(withinMs) {
      front.draining = true;
      const closed = new Promise((done) => server.close(() => done(true)));
      for (const drain of front.drains) drain();
      let timer;
      const late = new Promise((done) => (timer = setTimeout(done, withinMs, false)));
      const all = await Promise.race([closed, late]);
      clearTimeout(timer);
      for (const caller of callers) caller.destroy();
      return all;
    },
  };
}

async function listen(server, host, port) {
  await new Promise((listening, failed) => {
    server.once("error", (error) => failed(cannotListen(error, host, port)));
    server.listen({ host, port }, listening);
  });
}

function cannotListen(error, host, port) {
  if (error.code === "EADDRINUSE") return new StartError(`port ${port} is taken by another program. Choose another: PORT=${port + 1} npm start`, { cause: error });
  if (error.code === "EACCES") return new StartError(`port ${port} may not be opened by this user. Choose one above 1023.`, { cause: error });
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") return new StartError(`HOST must be an address of this machine, not ${JSON.stringify(host)}`, { cause: error });
  return error;
}

async function passOn(caller, front) {
  const { runtimePort, holdMs } = front;
  const runtime = await reach(caller, runtimePort, holdMs);
  if (caller.destroyed) return runtime?.destroy();
  if (!runtime) return leave(caller, unavailable("The runtime is being started again."));

  let unanswered = false;
  let http = true;
  let broken = false;
  // What is no beginning is the rest of a body, which may be answered already.
  const hear = (bytes) => (unanswered ||= beginsRequest(bytes));
  const gone = () => runtime.destroy();
  // Asks for no more: the runtime ends the answer it is giving, and hangs up. A socket has no end.
  const drain = () => {
    if (!http) return caller.destroy();
    if (unanswered) return undefined;
    caller.unpipe(runtime);
    return runtime.end();
  };
  caller.on("data", hear).once("close", gone).pipe(runtime);
  runtime.once("data", (bytes) => (http = !bytes.toString("latin1", 0, 12).startsWith("HTTP/1.1 101")));
  runtime.on("data", () => {
    unanswered = false;
    if (front.draining) drain();
  });
  runtime.pipe(caller, { end: false });
  front.drains.add(drain);
  if (front.draining) drain();
  runtime.on("error", () => (broken = true));
  runtime.once("close", async () => {
    front.drains.delete(drain);
    caller.off("data", hear).off("close", gone).unpipe(runtime);
    if (caller.destroyed) return undefined;
    if (unanswered && http) return leave(caller, unavailable("The runtime went down before it had answered: the request may have counted, or not."));
    // An answer that was cut off must not look complete.
    if (broken) return caller.resetAndDestroy();
    if (front.draining) return leave(caller);
    // A request that was on its way when the runtime hung up goes to the next one.
    return (await saysMore(caller)) ? passOn(caller, front) : leave(caller);
  });
  return undefined;
}

async function saysMore(caller) {
  try {
    if (caller.readableLength === 0) await once(caller, "readable", { signal: AbortSignal.timeout(graceMs) });
  } catch {
    return false;
  }
  return caller.readableLength > 0;
}

const beginsRequest = (bytes) => /^[A-Z]{3,10} \S/.test(bytes.toString("latin1", 0, 12));

/** A connection to the runtime as soon as it accepts one; null when the caller has gone or the time is up. */
async function reach(caller, port, holdMs) {
  const until = performance.now() + holdMs;
  for (;;) {
    const runtime = await dial(port);
    if (runtime || caller.destroyed || performance.now() > until) return runtime;
    await new Promise((again) => setTimeout(again, knockAgainMs));
  }
}

function dial(port) {
  return new Promise((settle) => {
    const socket = connect({ host: loopback, port, noDelay: true });
    const refused = () => settle(null);
    socket.once("error", refused);
    socket.once("connect", () => {
      socket.off("error", refused);
      settle(socket);
    });
  });
}

/** Closes once the caller has read what is on its way; what it still sends is thrown away. */
function leave(caller, last) {
  caller.resume();
  caller.setTimeout(lingerMs, () => caller.destroy());
  caller.end(last);
}

function unavailable(why) {
  const id = randomUUID();
  const problem = { ...toProblem("unavailable", `${why} Try again shortly, with the same Idempotency-Key.`), instance: `urn:uuid:${id}` };
  const body = JSON.stringify(problem);
  return [
    "HTTP/1.1 503 Service Unavailable",
    "content-type: application/problem+json",
    `content-length: ${Buffer.byteLength(body)}`,
    "retry-after: 1",
    `x-request-id: ${id}`,
    "connection: close",
    "",
    body,
  ].join("\r\n");
}
