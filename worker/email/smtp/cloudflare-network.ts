/**
 * Connections by the runtime's own sockets. A local server hands in networks that look at what
 * a name resolves to (tools/network.mjs); Cloudflare's reaches nothing private.
 * @module
 */
import { connect as connectAnywhere } from "cloudflare:sockets";
import type { Connect, Connection } from "./connection.ts";

type Network = Pick<Fetcher, "connect">;

export function connectThrough(network: Network | null): Connect {
  const { connect } = network ? { connect: network.connect.bind(network) } : { connect: connectAnywhere };
  return async ({ host, port }, tls) => {
    const open = (secureTransport: "on" | "starttls") => opened(connect({ hostname: host, port }, { secureTransport, allowHalfOpen: false }));
    if (!tls) return open("starttls");
    return open("on").catch(async (error: unknown) => {
      // The runtime says the same of a server that is not there and of one that it does not trust.
      const plain = await open("starttls");
      plain.close();
      throw new Error(noTls, { cause: error });
    });
  };
}

const noTls = "the server was reached, but there was no TLS with it: its certificate is not trusted, or not for this host, or it speaks no TLS on this port";

async function opened(socket: Socket): Promise<Connection> {
  // Told by reads and writes too; a rejection that nobody waits for would be reported.
  socket.closed.catch(() => undefined);
  await socket.opened;
  const reader = socket.readable.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  const writer = socket.writable.getWriter() as WritableStreamDefaultWriter<Uint8Array>;
  return {
    async read() {
      const { done, value } = await reader.read();
      return done ? null : value;
    },
    write: (bytes) => writer.write(bytes),
    async startTls(host) {
      reader.releaseLock();
      writer.releaseLock();
      return opened(socket.startTls({ expectedServerHostname: host })).catch((error: unknown) => {
        throw new Error(`${noTls} (${error instanceof Error ? error.message : String(error)})`, { cause: error });
      });
    },
    close() {
      socket.close().catch(() => undefined);
    },
  };
}
