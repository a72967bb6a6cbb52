/**
 * A conversation with a mail server: commands, replies, deadlines. The server is somebody
 * else's machine and may do anything; whatever it does, this ends in a reply or in an SmtpError.
 *
 * Invariants
 * 1. Every wait has a deadline, and the whole conversation one of its own.
 * 2. What a server has said before encryption counts for nothing after it: neither its
 *    extensions, nor what it sent along behind its reply.
 * @module
 */
import type { Result } from "../mail.ts";
import type { Address, Connect, Connection } from "./connection.ts";
import { NotSmtp, type Reply, ReplyReader, textOf } from "./reply.ts";

/** How long is waited, in ms. */
export interface Deadlines {
  connect: number;
  reply: number;
  /** For the reply to the end of a message. */
  accept: number;
  whole: number;
}

export const defaultDeadlines: Deadlines = { connect: 10_000, reply: 30_000, accept: 60_000, whole: 120_000 };

export type Stage = "connect" | "greeting" | "EHLO" | "STARTTLS" | "AUTH" | "MAIL" | "RCPT" | "DATA" | "message" | "QUIT";

export class SmtpError extends Error {
  override readonly name = "SmtpError";
  readonly stage: Stage;
  readonly result: Exclude<Result, "accepted">;
  constructor(stage: Stage, result: Exclude<Result, "accepted">, message: string, options?: ErrorOptions) {
    super(message, options);
    this.stage = stage;
    this.result = result;
  }
}

/** What a refusal means: 5xx for good, all else for now. */
export const resultOf = ({ code }: Reply): Exclude<Result, "accepted"> => (code >= 500 ? "permanent" : "temporary");

/** Fires once, after so many ms; injected so that tests drive time. */
export type StartTimer = (ms: number, fire: () => void) => () => void;

export const realTimer: StartTimer = (ms, fire) => {
  const timer = setTimeout(fire, ms);
  return () => clearTimeout(timer);
};

export interface Ports {
  connect: Connect;
  deadlines?: Deadlines;
  timer?: StartTimer;
}

const encoder = new TextEncoder();
const chunkBytes = 64 * 1024;

export class Session {
  readonly #address: Address;
  readonly #deadlines: Deadlines;
  readonly #timer: StartTimer;
  #connection: Connection | null = null;
  #replies = new ReplyReader();
  #ended: SmtpError | null = null;
  #end: (error: SmtpError) => void = () => undefined;
  readonly #over: Promise<never>;
  readonly #stopTimer: () => void;
  #stage: Stage = "connect";

  constructor(address: Address, { deadlines = defaultDeadlines, timer = realTimer }: Omit<Ports, "connect">) {
    this.#address = address;
    this.#deadlines = deadlines;
    this.#timer = timer;
    this.#over = new Promise<never>((_, refuse) => (this.#end = refuse));
    this.#over.catch(() => undefined);
    this.#stopTimer = timer(deadlines.whole, () => this.#fail(this.#late(deadlines.whole, "the whole conversation")));
  }

  get where(): string {
    return `${this.#address.host}:${this.#address.port}`;
  }

  /** @throws SmtpError */
  async open(connect: Connect, tls: boolean): Promise<void> {
    this.#stage = "connect";
    const opening = connect(this.#address, tls);
    // One that opens too late is closed again.
    opening.then((late) => (this.#ended ? late.close() : undefined)).catch(() => undefined);
    this.#connection = await this.#within(this.#deadlines.connect, opening, tls ? "a TLS connection" : "a connection");
  }

  /** @param ms the deadline of its reply. @throws SmtpError */
  async command(stage: Stage, line: string, ms = this.#deadlines.reply): Promise<Reply> {
    if (/[\r\n]/.test(line)) throw new SmtpError(stage, "permanent", `the ${stage} command would be more than one line`);
    this.#stage = stage;
    await this.#write(encoder.encode(`${line}\r\n`));
    return this.reply(stage, ms);
  }

  /** @param ms the deadline; that of replies when left out. @throws SmtpError */
  async reply(stage: Stage, ms = this.#deadlines.reply): Promise<Reply> {
    this.#stage = stage;
    return this.#within(ms, this.#read(), stage === "message" ? "a reply to the message" : stage === "greeting" ? "a greeting" : `a reply to ${stage}`);
  }

  /** @param bytes the message as it goes over the wire. @throws SmtpError */
  async message(bytes: Uint8Array): Promise<Reply> {
    this.#stage = "message";
    for (let at = 0; at < bytes.length; at += chunkBytes) await this.#write(bytes.subarray(at, at + chunkBytes));
    return this.reply("message", this.#deadlines.accept);
  }

  /** After the server has agreed to it. @throws SmtpError */
  async startTls(): Promise<void> {
    const plain = this.#connection;
    if (!plain) throw new SmtpError("STARTTLS", "temporary", `${this.where}: there is no connection`);
    if (this.#replies.holds) throw new SmtpError("STARTTLS", "temporary", `${this.where} sent more before encryption than it was asked for: somebody may have come in between`);
    this.#replies = new ReplyReader();
    this.#connection = await this.#within(this.#deadlines.connect, plain.startTls(this.#address.host), "a TLS handshake");
  }

  close(): void {
    this.#stopTimer();
    this.#ended ??= new SmtpError(this.#stage, "temporary", `${this.where}: closed`);
    this.#connection?.close();
  }

  async #read(): Promise<Reply> {
    for (;;) {
      const reply = this.#replies.take();
      if (reply) return reply;
      const bytes = await this.#connection?.read();
      if (!bytes) throw new SmtpError(this.#stage, "temporary", `${this.where} closed the connection ${this.#stage === "greeting" ? "without a greeting" : `instead of answering ${this.#stage}`}`);
      this.#replies.push(bytes);
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const { reply } = this.#deadlines;
    await this.#within(reply, this.#connection?.write(bytes) ?? Promise.resolve(), `${this.#stage} to be taken`);
  }

  /** @throws SmtpError when it is not done in time, or breaks */
  async #within<T>(ms: number, doing: Promise<T>, what: string): Promise<T> {
    doing.catch(() => undefined);
    if (this.#ended) throw this.#ended;
    const stop = this.#timer(ms, () => this.#fail(this.#late(ms, what)));
    try {
      return await Promise.race([doing, this.#over]);
    } catch (error) {
      throw this.#explained(error);
    } finally {
      stop();
    }
  }

  #late(ms: number, what: string): SmtpError {
    return new SmtpError(this.#stage, "temporary", `${this.where}: ${what} took longer than ${ms / 1000} seconds${this.#stage === "connect" ? "" : ` (at ${this.#stage})`}`);
  }

  #explained(error: unknown): SmtpError {
    if (error instanceof SmtpError) return error;
    const text = error instanceof Error ? error.message : String(error);
    if (error instanceof NotSmtp) return new SmtpError(this.#stage, "temporary", `${this.where} does not speak SMTP as it should: ${text}`, { cause: error });
    return new SmtpError(this.#stage, "temporary", `${this.where}: the connection broke (at ${this.#stage}): ${text}`, { cause: error });
  }

  #fail(error: SmtpError): void {
    if (this.#ended) return;
    this.#ended = error;
    this.#end(error);
    this.#connection?.close();
  }
}

/** @throws SmtpError unless the reply has one of the codes */
export function expect(session: Session, stage: Stage, reply: Reply, ...codes: readonly number[]): Reply {
  if (codes.includes(reply.code)) return reply;
  throw new SmtpError(stage, resultOf(reply), `${session.where} answered ${stage === "greeting" ? "the connection" : stage} with ${textOf(reply)}`);
}
