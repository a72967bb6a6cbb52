/**
 * An HTTP server on loopback that sends back what it was sent, in one of many forms, and
 * remembers it. `/store` keeps a body that `/kept` gives back to whoever asks.
 * @module
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

const forms: Record<string, (text: string) => string | Buffer> = {
  "/plain": (text) => text,
  "/base64": (text) => Buffer.from(text).toString("base64"),
  "/base64-shifted": (text) => Buffer.from(`?${text}`).toString("base64url"),
  "/hex": (text) => Buffer.from(text).toString("hex"),
  "/url": (text) => encodeURIComponent(text),
  "/json": (text) => JSON.stringify({ body: JSON.stringify({ text }) }),
};

export class Reflector {
  /** All that was received: request line, headers and body, one text a request. */
  readonly seen: string[] = [];
  readonly #server: Server;
  #kept = "";

  private constructor(server: Server) {
    this.#server = server;
    server.on("request", (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => {
        const { pathname, searchParams } = new URL(request.url ?? "/", "http://reflector");
        const body = Buffer.concat(chunks).toString();
        const text = `${request.method} ${request.url}\n${request.rawHeaders.join("\n")}\n\n${body}`;
        this.seen.push(text);
        const to = searchParams.get("to");
        if (to !== null) return void response.writeHead(Number(searchParams.get("status") ?? 302), { location: to }).end();
        if (pathname === "/store") this.#kept = body;
        if (pathname === "/kept") return void response.end(this.#kept);
        if (pathname === "/gzip") return void response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(text));
        if (pathname === "/deflate") return void response.writeHead(200, { "content-encoding": "deflate" }).end(text);
        if (pathname === "/headers") return void response.writeHead(200, `got ${body}`, { "x-echo": body, [`x-${body}`]: "name", "set-cookie": `key=${body}` }).end();
        if (pathname === "/slowly") {
          for (const byte of Buffer.from(text)) response.write(Buffer.of(byte));
          return void response.end();
        }
        response.end((forms[pathname] ?? forms["/plain"] ?? String)(text));
      });
    });
  }

  static async open(): Promise<Reflector> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Reflector(server);
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `http://${this.host}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
