/**
 * Mail servers on loopback: honest ones (npm smtp-server) and hostile ones, which say what they
 * are told to and remember every byte that they were sent.
 * @module
 */
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { createServer as createTlsServer, TLSSocket } from "node:tls";

export type CertificateName = "ca" | "localhost" | "elsewhere" | "stranger";

const file = (name: string) => readFileSync(new URL(`certificates/${name}`, import.meta.url), "utf8");
export const certificate = (name: CertificateName) => ({ cert: file(`${name}.pem`), key: name === "ca" ? "" : file(`${name}.key`) });

export interface Received {
  from: string | false;
  to: string[];
  raw: string;
  mail: Email;
  user: string | null;
  /** Whether it came encrypted. */
  secure: boolean;
  helo: string;
}

export interface MailServer {
  port: number;
  received: Received[];
  close(): Promise<void>;
}

export const credentials = { username: "flows", password: "correct horse é" };

/** One that takes mail from who signs in. @param more deviations, e.g. what it says to recipients */
export async function honestServer(more: SMTPServerOptions & { certificate?: CertificateName } = {}): Promise<MailServer> {
  const received: Received[] = [];
  const { certificate: name = "localhost", ...options } = more;
  const server = new SMTPServer({
    ...certificate(name),
    logger: false,
    onAuth: ({ username, password }, _session, done) => (username === credentials.username && password === credentials.password ? done(null, { user: username }) : done(Object.assign(new Error("wrong password"), { responseCode: 535 }))),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", async () => {
        const bytes = Buffer.concat(chunks);
        const { mailFrom, rcptTo } = session.envelope;
        received.push({ from: mailFrom && mailFrom.address, to: rcptTo.map(({ address }) => address), raw: bytes.toString(), mail: await PostalMime.parse(bytes), user: typeof session.user === "string" ? session.user : null, secure: session.secure, helo: session.hostNameAppearsAs });
        done();
      });
    },
    ...options,
  });
  server.on("error", () => undefined);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return { received, port: (server.server.address() as AddressInfo).port, close: () => new Promise((closed) => server.close(closed)) };
}

/** What a hostile server does with a line; `null` for the moment of the connection. */
export type Script = (line: string | null, socket: Socket, tls: (name: CertificateName) => void) => void;

export interface HostileServer {
  port: number;
  /** Every line of every connection, encrypted or not. */
  lines: string[];
  connections(): number;
  close(): Promise<void>;
}

/** @param implicit speaks TLS from the beginning, with this certificate */
export async function hostileServer(script: Script, implicit?: CertificateName): Promise<HostileServer> {
  const lines: string[] = [];
  const open = new Set<Socket>();
  let connections = 0;
  const listen = (socket: Socket): void => {
    let rest = "";
    open.add(socket);
    socket.on("error", () => undefined);
    const hear = (chunk: Buffer): void => {
      const parts = (rest + chunk.toString("latin1")).split("\r\n");
      rest = parts.pop() ?? "";
      for (const line of parts) {
        lines.push(line);
        script(line, socket, upgrade);
      }
    };
    const upgrade = (name: CertificateName): void => {
      socket.off("data", hear);
      listen(new TLSSocket(socket, { isServer: true, ...certificate(name) }));
    };
    socket.on("data", hear);
  };
  const greet = (socket: Socket): void => {
    connections++;
    listen(socket);
    script(null, socket, () => undefined);
  };
  const server: Server = implicit ? createTlsServer({ ...certificate(implicit) }, greet) : createServer(greet);
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    port: (server.address() as AddressInfo).port,
    lines,
    connections: () => connections,
    close() {
      for (const socket of open) socket.destroy();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}

/** Answers by command; what is not named goes well. */
export function answering(answers: Partial<Record<"greeting" | "EHLO" | "STARTTLS" | "AUTH" | "MAIL" | "RCPT" | "DATA" | "message" | "QUIT", string | ((socket: Socket) => void)>>): Script {
  const usual = { greeting: "220 hello", EHLO: "250-hello\r\n250 AUTH PLAIN LOGIN", STARTTLS: "220 go on", AUTH: "235 welcome", MAIL: "250 ok", RCPT: "250 ok", DATA: "354 go on", message: "250 taken", QUIT: "221 bye" };
  const inMessage = new WeakSet<Socket>();
  return (line, socket) => {
    let at = line === null ? "greeting" : (line.split(" ")[0] ?? "").toUpperCase();
    if (line !== null && inMessage.has(socket)) {
      if (line !== ".") return;
      inMessage.delete(socket);
      at = "message";
    }
    const answer = { ...usual, ...answers }[at as keyof typeof usual];
    if (typeof answer === "function") return answer(socket);
    if (at === "DATA" && answer.startsWith("354")) inMessage.add(socket);
    socket.write(`${answer ?? "500 what"}\r\n`);
  };
}

/** Something that can be waited for without a clock of one's own. */
export async function until<T>(look: () => T | null | undefined | false, what: string, withinMs = 20_000): Promise<T> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 20))) {
    const found = look();
    if (found) return found;
  }
  throw new Error(`did not happen within ${withinMs} ms: ${what}`);
}
