/**
 * How mail leaves: through a service binding (a local server's own sender, or another Worker
 * that speaks to a provider), else through Cloudflare's email binding.
 * @module
 */
import type { Env } from "../../env.ts";

export interface OutgoingMail {
  /** Stays the same over attempts: a provider that knows idempotency keys takes it as one. */
  id: string;
  to: string;
  subject: string;
  text: string;
  html: string | null;
}

/** @throws Error when the mail did not go out */
export type MailTransport = (mail: OutgoingMail) => Promise<void>;

const answerWithinMs = 30_000;

/** Null when none is set up. */
export function transportOf(env: Env): MailTransport | null {
  const { MAIL, SEND_EMAIL, MAIL_FROM } = env;
  if (MAIL) return (mail) => overBinding(MAIL, mail, MAIL_FROM);
  if (SEND_EMAIL && MAIL_FROM) return async ({ to, subject, text, html }) => void (await SEND_EMAIL.send({ from: MAIL_FROM, to, subject, text, ...(html === null ? {} : { html }) }));
  return null;
}

async function overBinding(binding: Fetcher, mail: OutgoingMail, from: string | undefined): Promise<void> {
  const response = await binding.fetch("http://mail/send", {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": mail.id },
    body: JSON.stringify({ ...mail, from: from ?? null }),
    signal: AbortSignal.timeout(answerWithinMs),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`the mail service answered ${response.status}: ${text.slice(0, 200)}`);
}
