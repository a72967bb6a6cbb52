/**
 * A mail as the bytes of RFC 5322 and MIME. The structure and the encodings are nodemailer's;
 * what may go into a header is checked here before.
 * @module
 */
import { Buffer } from "node:buffer";
import MailComposer from "nodemailer/lib/mail-composer";
import { isOneLine } from "./address.ts";
import { type Mailbox, MailError, type OutgoingMail } from "./mail.ts";

export interface Sender {
  address: string;
  name?: string | null;
}

/**
 * There is no Bcc header: who is in `bcc` is in the envelope alone.
 * @param domain right side of the Message-ID, the same over attempts
 * @throws MailError `permanent` when a header would be more than one line
 */
export async function composeMessage(mail: OutgoingMail, from: Sender, domain: string): Promise<Uint8Array> {
  refuseLineBreaks(mail, from);
  const composer = new MailComposer({
    messageId: `<${mail.id}@${domain}>`,
    date: new Date(mail.date),
    from: named(from),
    to: mail.to.map(named),
    cc: mail.cc.map(named),
    ...(mail.replyTo === null ? {} : { replyTo: { name: "", address: mail.replyTo } }),
    subject: mail.subject,
    text: mail.text,
    ...(mail.html === null ? {} : { html: mail.html }),
    ...(mail.listUnsubscribe === null ? {} : { headers: unsubscribeHeaders(mail.listUnsubscribe) }),
    attachments: mail.attachments.map(({ filename, content_type, content }) => ({ filename, contentType: content_type, content: Buffer.from(content) })),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

const named = ({ address, name }: Mailbox) => ({ address, name: name ?? "" });

/** One click (RFC 8058) is for https alone. */
export function unsubscribeHeaders(to: string): Record<string, string> {
  return { "List-Unsubscribe": `<${to}>`, ...(to.startsWith("https:") ? { "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" } : {}) };
}

/** A header with a line break would be two, and the second may be anything: `Bcc: everybody@…`. */
function refuseLineBreaks(mail: OutgoingMail, from: Sender): void {
  const mailboxes = (kind: string, list: readonly Mailbox[]) => list.flatMap(({ address, name }) => [[`an address in ${kind}`, address], [`a name in ${kind}`, name ?? ""]] as const);
  const headers = [
    ["the subject", mail.subject],
    ["the Message-ID", mail.id],
    ["reply_to", mail.replyTo ?? ""],
    ["list_unsubscribe", mail.listUnsubscribe ?? ""],
    ...mailboxes("from", [from]),
    ...mailboxes("to", mail.to),
    ...mailboxes("cc", mail.cc),
    ...mail.attachments.flatMap(({ filename, content_type }) => [["an attachment's file name", filename], ["an attachment's type", content_type]] as const),
  ] as const;
  const bad = headers.find(([, value]) => !isOneLine(value));
  if (bad) throw new MailError("permanent", `${bad[0]} holds a line break or another control character: a header is one line, so nothing was sent`);
}
