/**
 * One attempt at one mail, and what is written down of it.
 * @module
 */
import { batchIf } from "../../../db/batch.ts";
import { type MailRow, settleMail, stillClaimed } from "../../../db/mails.ts";
import type { MailRecipient } from "../../../db/schema/mails.ts";
import { type Statement, tenantDb } from "../../../db/tenant-db.ts";
import { type Carrier, MailError, type Outcome, type OutgoingMail, sameForAll } from "../../email/mail.ts";
import type { Env } from "../../env.ts";
import { dispatchSoon, emit } from "../../events/emit.ts";
import { mailSent } from "../../observability/counters.ts";
import { recipientsOf } from "./recipients.ts";

export const mostAttempts = 8;

/** 1, 2, 4 … minutes: the eighth attempt is about two hours after the first. */
const pauseMs = (attempts: number): number => 60_000 * 2 ** (attempts - 1);

export async function attempt(env: Env, row: MailRow, now: number, carrier: Carrier): Promise<void> {
  const outcomes = await carry(env, row, carrier);
  const recipients = recipientsOf(row).map((one) => settled(one, outcomes, row.attempts >= mostAttempts));
  const failed = recipients.filter(({ status }) => status === "failed");
  for (const { result } of outcomes.values()) mailSent(result === "accepted" ? "sent" : result === "permanent" || row.attempts >= mostAttempts ? "given_up" : "failed");
  const open = recipients.filter(({ status }) => status === "queued");
  const error = [...open, ...failed].find((one) => one.error !== null)?.error ?? null;
  if (error !== null) log("warn", "mail.attempt_failed", { id: row.id, tenant: row.tenant_id, attempts: row.attempts, error: quiet(error, recipients) });
  const set = { recipients: row.recipients === null ? null : recipients, error: error === null ? null : quiet(error, recipients).slice(0, 500) };
  if (open.length > 0) return settle(env, row, { ...set, next_attempt_at: now + pauseMs(row.attempts) }, []);
  // Mail of the platform that is done with loses its text: it may hold a link that opens something.
  const spent = row.kind === "platform" ? { text: "", html: null } : {};
  if (failed.length === 0) return settle(env, row, { ...set, ...spent, status: "sent", sent_at: now }, []);
  await settle(env, row, { ...set, ...spent, status: "failed" }, failureOf(env, row, now, { error: set.error, recipients: recipients.length, failed: failed.length }));
}

async function carry(env: Env, row: MailRow, carrier: Carrier): Promise<ReadonlyMap<string, Outcome>> {
  const envelope = recipientsOf(row).flatMap(({ address, status }) => (status === "queued" ? [address] : []));
  const outcomes = await outgoing(env, row, envelope)
    .then(carrier)
    .catch((error: unknown) => sameForAll(envelope, error instanceof MailError ? error.result : "temporary", error instanceof Error ? error.message : String(error)));
  return new Map(outcomes.map((one) => [one.address, one]));
}

async function outgoing(env: Env, row: MailRow, envelope: readonly string[]): Promise<OutgoingMail> {
  const shown = (kind: MailRecipient["kind"]) => recipientsOf(row).flatMap((one) => (one.kind === kind ? [{ address: one.address, name: one.name }] : []));
  const attachments = await Promise.all(
    (row.attachments ?? []).map(async ({ key, filename, content_type }) => {
      const stored = await env.BLOBS.get(key);
      if (!stored) throw new MailError("permanent", `the attachment ${filename} is gone`);
      return { filename, content_type, content: new Uint8Array(await stored.arrayBuffer()) };
    }),
  );
  return { id: row.id, to: shown("to"), cc: shown("cc"), envelope, replyTo: row.reply_to, listUnsubscribe: row.list_unsubscribe, subject: row.subject, text: row.text, html: row.html, attachments, date: row.created_at };
}

function settled(one: MailRecipient, outcomes: ReadonlyMap<string, Outcome>, last: boolean): MailRecipient {
  if (one.status !== "queued") return one;
  const outcome = outcomes.get(one.address) ?? { result: "temporary", detail: "nothing was said of this address" };
  if (outcome.result === "accepted") return { ...one, status: "sent", error: null };
  return { ...one, status: outcome.result === "permanent" || last ? "failed" : "queued", error: outcome.detail.slice(0, 500) };
}

/** Mail servers like to repeat the address, which belongs in no log. */
function quiet(text: string, recipients: readonly MailRecipient[]): string {
  return recipients.reduce((text, { address }) => text.replaceAll(address, "[recipient]"), text);
}

/** That a tenant's mail did not go out is news to whoever waits for it. It names nobody: the mail does. */
function failureOf(env: Env, { kind, tenant_id, id, template_id, execution_id, attempts, chain }: MailRow, now: number, said: { error: string | null; recipients: number; failed: number }): Statement[] {
  if (kind !== "tenant" || tenant_id === null) return [];
  return [emit({ db: tenantDb(env.DB, tenant_id), now, actor: { kind: "system" }, chain: chain ?? [] }, { type: "mail.failed", data: { mail_id: id, template_id, execution_id, attempts, ...said }, record: { type: "mail", id } })];
}

/** Unless the mail is another's by now: then it is theirs to say. */
async function settle(env: Env, row: MailRow, set: Parameters<typeof settleMail>[2], also: readonly Statement[]): Promise<void> {
  const done = await batchIf(env.DB, stillClaimed(row), [settleMail(env.DB, row, set), ...also]);
  if (!done || also.length === 0 || row.tenant_id === null) return;
  const work: Promise<unknown>[] = [];
  dispatchSoon({ env, db: { tenant: row.tenant_id }, waitUntil: (nudge) => void work.push(nudge) });
  await Promise.all(work);
}

export function log(level: "warn" | "error", event: string, fields: Record<string, unknown>): void {
  console[level](JSON.stringify({ level, event, ...fields }));
}
