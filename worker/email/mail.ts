/**
 * The port that mail leaves by: what is sent, and what came of it. Its carriers are SMTP
 * (./smtp), a service binding and Cloudflare's email binding (worker/domain/mails/transport.ts).
 * @module
 */

export interface Mailbox {
  address: string;
  name?: string | null;
}

export interface AttachedFile {
  filename: string;
  content_type: string;
  content: Uint8Array;
}

export interface OutgoingMail {
  /** Stays the same over attempts: the Message-ID is made of it, and an idempotency key. */
  id: string;
  to: readonly Mailbox[];
  cc: readonly Mailbox[];
  /** Addresses it goes to now: of all recipients, `bcc` among them, those that do not have it yet. */
  envelope: readonly string[];
  replyTo: string | null;
  /** An https or mailto address. */
  listUnsubscribe: string | null;
  subject: string;
  text: string;
  html: string | null;
  attachments: readonly AttachedFile[];
  /** When it was written, ms since the epoch. */
  date: number;
}

/**
 * `accepted`: the next server has it. `temporary`: it makes sense to try again. `permanent`: it
 * does not.
 */
export type Result = "accepted" | "temporary" | "permanent";

/** What came of it for one address. */
export interface Outcome {
  address: string;
  result: Result;
  /** Empty when it was accepted. */
  detail: string;
}

/** Sends to every address of the envelope, and says what came of each. Throws MailError, or anything else for what may be over in a while. */
export type Carrier = (mail: OutgoingMail) => Promise<Outcome[]>;

/** For all addresses of the envelope alike. */
export class MailError extends Error {
  override readonly name = "MailError";
  readonly result: Exclude<Result, "accepted">;
  constructor(result: Exclude<Result, "accepted">, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.result = result;
  }
}

export const sameForAll = (envelope: readonly string[], result: Result, detail = ""): Outcome[] => envelope.map((address) => ({ address, result, detail }));
