// The way out for mail of a local server: into files for people to read, or to an SMTP server.
// The Worker posts each mail here (worker/domain/mails/transport.ts) and tries again what is
// not answered with 200, unless the answer is 422: that mail will never go.
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Response } from "miniflare";
import nodemailer from "nodemailer";
import { StartError } from "./lock.mjs";
import { dim, say } from "./output.mjs";

/**
 * @param {import("./files.mjs").DataFolder} folder
 * @param {string | undefined} smtpUrl `smtp://` or `smtps://`; none: files in the data folder
 * @returns {(request: Request) => Promise<Response>}
 * @throws StartError when the URL cannot be read
 */
export function openMail(folder, smtpUrl) {
  const send = smtpUrl ? overSmtp(smtpUrl) : intoFolder(folder);
  return async (request) => {
    const mail = await request.json();
    try {
      const where = await send(mail);
      const [first = "?"] = mail.recipients;
      const others = mail.recipients.length > 1 ? ` and ${mail.recipients.length - 1} more` : "";
      // No link and no whole address: what is printed ends up in logs.
      say(dim(`Mail for ${first.slice(0, 1)}…@…${others}: ${mail.subject} (${where})`));
      return new Response("sent");
    } catch (error) {
      return new Response(error.message, { status: error.responseCode >= 500 ? 422 : 502 });
    }
  };
}

const shown = (mailboxes) => mailboxes.map(({ address, name }) => (name ? `${name} <${address}>` : address)).join(", ");

/** A text to read as it is, and the whole of it for the page of ./outbox.mjs. */
function intoFolder(folder) {
  mkdirSync(folder.mail, { recursive: true, mode: 0o700 });
  const write = (path, text) => {
    writeFileSync(`${path}.new`, text, { mode: 0o600 });
    renameSync(`${path}.new`, path);
    return relative(process.cwd(), path);
  };
  return async (mail) => {
    const { id, from, to, subject, text } = mail;
    // Ids of mails sort by time, and an attempt that is repeated writes the same files.
    if (!/^[\da-f-]{36}$/.test(id)) throw new Error("a mail's id is a UUID");
    const attachments = mail.attachments.map(({ filename, content_type, content }) => ({ filename, content_type, size: Buffer.byteLength(content, "base64") }));
    write(join(folder.mail, `${id}.json`), JSON.stringify({ ...mail, attachments, sent_at: new Date().toISOString() }));
    return write(join(folder.mail, `${id}.txt`), `From: ${from}\nTo: ${shown(to)}\nSubject: ${subject}\nDate: ${new Date().toUTCString()}\n\n${text}`);
  };
}

function overSmtp(url) {
  if (!/^smtps?:$/.test(URL.parse(url)?.protocol ?? "")) throw new StartError("EVERSTEP_SMTP_URL must be like smtps://user:password@mail.example.com:465");
  const { hostname } = new URL(url);
  // On this machine nobody listens in; anywhere else nothing is sent in clear.
  const requireTLS = !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  const transport = nodemailer.createTransport(url, { requireTLS, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 });
  return async ({ id, from, to, cc, recipients, reply_to, subject, text, html, headers, attachments }) => {
    const named = (mailboxes) => mailboxes.map(({ address, name }) => ({ address, name: name ?? "" }));
    await transport.sendMail({
      // The same over attempts, so that a mailbox can see that it has the mail already.
      messageId: `<${id}@${hostname}>`,
      from,
      to: named(to),
      cc: named(cc),
      ...(reply_to === null ? {} : { replyTo: { name: "", address: reply_to } }),
      subject,
      text,
      ...(html === null ? {} : { html }),
      headers,
      attachments: attachments.map(({ filename, content_type, content }) => ({ filename, contentType: content_type, content: Buffer.from(content, "base64") })),
      // Who is in bcc is here alone.
      envelope: { from, to: recipients },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    return `by ${hostname}`;
  };
}
