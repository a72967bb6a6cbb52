/**
 * The platform's own way out for mail: a service binding (a local server's own sender, or
 * another Worker that speaks to a provider), else Cloudflare's email binding.
 * @module
 */
import { type Carrier, type Mailbox, MailError, type OutgoingMail, type Result, sameForAll } from "../../email/mail.ts";
import { unsubscribeHeaders } from "../../email/message.ts";
import { toBase64 } from "../../auth/bytes.ts";
import type { Env } from "../../env.ts";

const answerWithinMs = 30_000;

/** Null when none is set up. */
export function transportOf(env: Env): Carrier | null {
  const { MAIL, SEND_EMAIL, MAIL_FROM } = env;
  if (MAIL) return (mail) => overBinding(MAIL, mail, MAIL_FROM ?? null);
  if (SEND_EMAIL && MAIL_FROM) return (mail) => overCloudflare(SEND_EMAIL, mail, MAIL_FROM);
  return null;
}

/** What the binding MAIL is sent, as JSON. */
export interface PostedMail {
  id: string;
  /** MAIL_FROM. */
  from: string | null;
  /** For the headers. */
  to: Mailbox[];
  cc: Mailbox[];
  reply_to: string | null;
  /** Who gets it, `bcc` among them: the envelope. */
  recipients: string[];
  subject: string;
  text: string;
  html: string | null;
  /** List-Unsubscribe, when there is one. */
  headers: Record<string, string>;
  attachments: { filename: string; content_type: string; /** Base64. */ content: string }[];
}

const posted = (mail: OutgoingMail, from: string | null): PostedMail => ({
  id: mail.id,
  from,
  to: [...mail.to],
  cc: [...mail.cc],
  reply_to: mail.replyTo,
  recipients: [...mail.envelope],
  subject: mail.subject,
  text: mail.text,
  html: mail.html,
  headers: headersOf(mail),
  attachments: mail.attachments.map(({ filename, content_type, content }) => ({ filename, content_type, content: toBase64(content) })),
});

const headersOf = ({ listUnsubscribe }: OutgoingMail): Record<string, string> => (listUnsubscribe === null ? {} : unsubscribeHeaders(listUnsubscribe));

async function overBinding(binding: Fetcher, mail: OutgoingMail, from: string | null) {
  const response = await binding.fetch("http://mail/send", {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": mail.id },
    body: JSON.stringify(posted(mail, from)),
    signal: AbortSignal.timeout(answerWithinMs),
  });
  const text = await response.text();
  if (!response.ok) throw new MailError(isFinal(response.status) ? "permanent" : "temporary", `the mail service answered ${response.status}: ${text.slice(0, 200)}`);
  return sameForAll(mail.envelope, "accepted");
}

/** What a service says of a mail that it will never take. */
const isFinal = (status: number): boolean => status === 400 || status === 413 || status === 422;

async function overCloudflare(binding: SendEmail, mail: OutgoingMail, from: string) {
  const { to, cc, bcc } = openedOut(mail);
  const headers = headersOf(mail);
  try {
    await binding.send({
      from,
      to,
      ...(cc.length > 0 ? { cc } : {}),
      ...(bcc.length > 0 ? { bcc } : {}),
      subject: mail.subject,
      text: mail.text,
      ...(mail.html === null ? {} : { html: mail.html }),
      ...(mail.replyTo === null ? {} : { replyTo: mail.replyTo }),
      ...(Object.keys(headers).length > 0 ? { headers } : {}),
      ...(mail.attachments.length > 0 ? { attachments: mail.attachments.map(({ filename, content_type, content }) => ({ disposition: "attachment" as const, filename, type: content_type, content: toBase64(content) })) } : {}),
    });
  } catch (error) {
    throw new MailError(resultOfCode(codeOf(error)), `Cloudflare's email service refused it: ${codeOf(error) === null ? "" : `${codeOf(error)}: `}${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  return sameForAll(mail.envelope, "accepted");
}

/** The binding makes the envelope of the headers: who has the mail already is left out of both. */
function openedOut({ to, cc, envelope }: OutgoingMail) {
  const left = new Set(envelope);
  const of = (list: readonly Mailbox[]) => list.filter(({ address }) => left.delete(address)).map(({ address, name }) => (name ? { email: address, name } : address));
  const shown = { to: of(to), cc: of(cc) };
  return { ...shown, bcc: [...left] };
}

const codeOf = (error: unknown): string | null => (typeof error === "object" && error !== null && "code" in error && typeof error.code === "string" ? error.code : null);

/** Codes of mails that will never go: their content, or their addresses. Those of limits and of the account's set-up may be over in a while. */
const finalCodes: ReadonlySet<string> = new Set(["E_VALIDATION_ERROR", "E_FIELD_MISSING", "E_TOO_MANY_RECIPIENTS", "E_TOO_MANY_ATTACHMENTS", "E_RECIPIENT_NOT_ALLOWED", "E_RECIPIENT_SUPPRESSED", "E_CONTENT_TOO_LARGE", "E_HEADER_NOT_ALLOWED", "E_HEADER_USE_API_FIELD", "E_HEADER_VALUE_INVALID", "E_HEADER_VALUE_TOO_LONG", "E_HEADER_NAME_INVALID", "E_HEADERS_TOO_LARGE", "E_HEADERS_TOO_MANY"]);

const resultOfCode = (code: string | null): Exclude<Result, "accepted"> => (code !== null && finalCodes.has(code) ? "permanent" : "temporary");
