/**
 * The client's connections over Node's sockets, so that it meets real servers outside of the
 * Workers runtime too.
 * @module
 */
import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Connect, Connection } from "../../worker/email/smtp/connection.ts";
import { certificate } from "./servers.ts";

const ca = [certificate("ca").cert];

export const nodeConnect: Connect = async ({ host, port }, tls) => {
  const socket = tls ? connectTls({ host, port, servername: host, ca }) : connectTcp({ host, port });
  await once(socket, tls ? "secureConnect" : "connect");
  return connectionOf(socket);
};

function connectionOf(socket: Socket): Connection {
  socket.on("error", () => undefined);
  const chunks = socket[Symbol.asyncIterator]();
  return {
    async read() {
      const { done, value } = await chunks.next();
      return done ? null : new Uint8Array(value as Buffer);
    },
    write: (bytes) => new Promise((written, failed) => socket.write(bytes, (error) => (error ? failed(error) : written()))),
    async startTls(host) {
      const encrypted = connectTls({ socket: detached(socket), servername: host, ca });
      await once(encrypted, "secureConnect");
      return connectionOf(encrypted);
    },
    close() {
      socket.destroy();
    },
  };
}

/** An iterator keeps reading what is for the TLS socket now. */
function detached(socket: Socket): Socket {
  socket.removeAllListeners("readable");
  socket.removeAllListeners("data");
  return socket;
}
