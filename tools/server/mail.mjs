// The way out for mail of a local server: into files for people to read, or to an SMTP server.
// The Worker posts each mail here (worker/domain/mails/transport.ts) and tries again what is
// not answered with 200.
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
      // No link and no whole address: what is printed ends up in logs.
      say(dim(`Mail for ${mail.to.slice(0, 1)}…@…: ${mail.subject} (${where})`));
      return new Response("sent");
    } catch (error) {
      return new Response(error.message, { status: 502 });
    }
  };
}

function intoFolder(folder) {
  mkdirSync(folder.mail, { recursive: true, mode: 0o700 });
  return async ({ id, from, to, subject, text }) => {
    // Ids of mails sort by time, and an attempt that is repeated writes the same file.
    if (!/^[\da-f-]{36}$/.test(id)) throw new Error("a mail's id is a UUID");
    const path = join(folder.mail, `${id}.txt`);
    writeFileSync(`${path}.new`, `From: ${from}\nTo: ${to}\nSubject: ${subject}\nDate: ${new Date().toUTCString()}\n\n${text}`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
    return relative(process.cwd(), path);
  };
}

function overSmtp(url) {
  if (!/^smtps?:$/.test(URL.parse(url)?.protocol ?? "")) throw new StartError("EVERSTEP_SMTP_URL must be like smtps://user:password@mail.example.com:465");
  const transport = nodemailer.createTransport(url, { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 });
  const { hostname } = new URL(url);
  return async ({ id, from, to, subject, text, html }) => {
    // The same over attempts, so that a mailbox can see that it has the mail already.
    await transport.sendMail({ messageId: `<${id}@${hostname}>`, from, to: { name: "", address: to }, subject, text, ...(html === null ? {} : { html }) });
    return `by ${hostname}`;
  };
}
