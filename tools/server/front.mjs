// The server's port belongs to this process and not to the runtime, so that a caller never
// finds nobody there: what arrives while the runtime is started again waits for it, and a
// request that went down with it gets an answer.
//
// Connections are passed on byte by byte. Only one thing is read in them: whether a request
// is still without an answer.
import { randomUUID } from "node:crypto";
import { connect, createServer } from "node:net";
import { toProblem } from "../../sdk/dist/schema/problem.js";
import { StartError } from "./lock.mjs";

const host = "127.0.0.1";
/** How long a connection waits for the runtime. A restart takes about a second. */
const defaultHoldMs = 10_000;
const knockAgainMs = 50;
/** How long a caller has to take its last answer. */
const lingerMs = 5_000;

/**
 * @param {{ port: number, runtimePort: number, holdMs?: number }} options `port` 0: any free one
 * @returns {Promise<{ url: string, close: () => void }>}
 * @throws StartError when the port is taken
 */
export async function openFront({ port, runtimePort, holdMs = defaultHoldMs }) {
  const callers = new Set();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (caller) => {
    callers.add(caller);
    caller.on("error", () => caller.destroy());
    caller.once("close", () => callers.delete(caller));
    void passOn(caller, runtimePort, holdMs);
  });
  await new Promise((listening, failed) => {
    server.once("error", (error) => failed(error.code === "EADDRINUSE" ? portTaken(port, error) : error));
    server.listen({ host, port }, listening);
  });
  return {
    url: `http://${host}:${server.address().port}`,
    close() {
      server.close();
      for (const caller of callers) caller.destroy();
    },
  };
}

function portTaken(port, cause) {
  return new StartError(`port ${port} is taken by another program. Choose another: PORT=${port + 1} npm start`, { cause });
}

async function passOn(caller, runtimePort, holdMs) {
  const runtime = await reach(caller, runtimePort, holdMs);
  if (caller.destroyed) return runtime?.destroy();
  if (!runtime) return leave(caller, unavailable("The runtime is being started again."));

  let unanswered = true;
  let http = true;
  // The first bytes of a connection are a request; later ones may also be the rest of a body.
  caller.once("data", () => caller.on("data", (bytes) => (unanswered ||= beginsRequest(bytes))));
  runtime.once("data", (bytes) => (http = !bytes.toString("latin1", 0, 12).startsWith("HTTP/1.1 101")));
  runtime.on("data", () => (unanswered = false));
  caller.pipe(runtime);
  runtime.pipe(caller, { end: false });

  let broken = false;
  runtime.on("error", () => (broken = true));
  runtime.once("close", () => {
    if (caller.destroyed) return;
    if (unanswered && http && caller.bytesRead > 0) leave(caller, unavailable("The runtime went down before it had answered: the request may have counted, or not."));
    // An answer that was cut off must not look complete.
    else if (broken) caller.resetAndDestroy();
    else leave(caller);
  });
  caller.once("close", () => runtime.destroy());
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
    const socket = connect({ host, port, noDelay: true });
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
  caller.unpipe();
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
