/**
 * Sends the mail that is due: behind the answer of the request that queued it, and from the
 * cron. Each attempt is claimed first, so that two senders do not send one mail twice.
 * @module
 */
import { claimMail, listDueMails, type MailRow, settleMail } from "../../../db/mails.ts";
import type { Env } from "../../env.ts";
import type { BaseContext } from "../context.ts";
import { type MailTransport, transportOf } from "./transport.ts";

export const mostAttempts = 8;
/** An attempt that has not ended by then counts as failed. */
const leaseMs = 120_000;
const atOnce = 50;
const [leastPauseMs, morePauseMs] = [500, 1500];

/** 1, 2, 4 … minutes: the eighth attempt is about two hours after the first. */
const pauseMs = (attempts: number): number => 60_000 * 2 ** (attempts - 1);

let warned = false;

/**
 * Soon, without the answer waiting for it. Call it after the batch that holds the mail.
 *
 * A moment later and not at once: where one thread does everything (a local server), sending
 * would hold up the answer, and its time would tell that there was somebody to send a mail to.
 */
export function sendMail({ env, now, waitUntil }: Pick<BaseContext, "env" | "now" | "waitUntil">): void {
  const transport = transportOf(env);
  const pause = transport === null ? Promise.resolve() : scheduler.wait(leastPauseMs + Math.random() * morePauseMs);
  waitUntil(pause.then(() => deliverMails(env, now, transport)));
}

/** Never throws: what cannot be sent stays queued or is marked failed. */
export async function deliverMails(env: Env, now: number, transport: MailTransport | null = transportOf(env)): Promise<void> {
  try {
    const due = await listDueMails(env.DB, now, atOnce);
    if (due.length === 0) return;
    if (transport === null) return warnOnce();
    for (const mail of due) await attempt(env, mail, now, transport);
  } catch (error) {
    log("error", "mail.outbox_failed", { error: String(error) });
  }
}

async function attempt(env: Env, mail: MailRow, now: number, transport: MailTransport): Promise<void> {
  if (!(await claimMail(env.DB, mail, now + leaseMs))) return;
  const attempts = mail.attempts + 1;
  try {
    await transport({ id: mail.id, to: mail.recipient, subject: mail.subject, text: mail.text, html: mail.html });
  } catch (error) {
    const reason = reasonOf(error, mail);
    log("warn", "mail.attempt_failed", { id: mail.id, attempts, error: reason });
    if (attempts < mostAttempts) return settleMail(env.DB, mail.id, { error: reason, next_attempt_at: now + pauseMs(attempts) });
    return settleMail(env.DB, mail.id, { status: "failed", error: reason, text: "", html: null });
  }
  await settleMail(env.DB, mail.id, { status: "sent", sent_at: now, error: null, text: "", html: null });
}

/** Mail servers like to repeat the address, which belongs in no log. */
function reasonOf(error: unknown, { recipient }: MailRow): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(recipient, "[recipient]").slice(0, 500);
}

function warnOnce(): void {
  if (warned) return;
  warned = true;
  log("warn", "mail.no_transport", { detail: "Mail stays queued: there is neither a MAIL binding nor a send_email binding with MAIL_FROM." });
}

function log(level: "warn" | "error", event: string, fields: Record<string, unknown>): void {
  console[level](JSON.stringify({ level, event, ...fields }));
}
