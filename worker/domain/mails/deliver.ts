/**
 * Sends the mail that is due: behind the answer of the request that queued it, and from the
 * cron. Each attempt is claimed first, so that two senders do not send one mail twice.
 *
 * Tenants' mail goes by their own accounts where they have one. Lanes, one for the platform and
 * one for each tenant, keep a slow server of one tenant from the mail of others.
 * @module
 */
import { errorMessage } from "../../../db/error-message.ts";
import { claimMail, type DueMail, listDueMails } from "../../../db/mails.ts";
import type { Carrier } from "../../email/mail.ts";
import type { Env } from "../../env.ts";
import { accountCarrier } from "../emails/account-carrier.ts";
import type { BaseContext } from "../context.ts";
import { attempt, log } from "./attempt.ts";
import { transportOf } from "./transport.ts";

/** An attempt that has not ended by then counts as failed: longer than one can take, begun as late as one may. */
export const leaseMs = 180_000;
/** Later than this, a call begins no other attempt. */
const beginWithinMs = 45_000;
const atOnce = 50;
/** Of the six connections that a Worker may have open at once. */
const lanesAtOnce = 4;
const [leastPauseMs, morePauseMs] = [500, 1500];

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
  waitUntil(pause.then(() => deliverMails(env, now, { transport })));
}

export interface Ways {
  /** The platform's own way out; null: there is none. */
  transport?: Carrier | null;
  /** A tenant's own; null: it has none. */
  ownOf?: (tenant: string) => Promise<Carrier | null>;
}

/** Never throws: what cannot be sent stays queued or is marked failed. */
export async function deliverMails(env: Env, now: number, { transport = transportOf(env), ownOf = (tenant) => accountCarrier(env, tenant) }: Ways = {}): Promise<void> {
  const began = Date.now();
  const isLate = () => Date.now() - began > beginWithinMs;
  try {
    if (transport === null) await warnOnce(env, now);
    for (let tried = 1; tried > 0 && !isLate(); ) tried = await round(env, now, { transport, ownOf }, isLate);
  } catch (error) {
    log("error", "mail.outbox_failed", { error: errorMessage(error) });
  }
}

/** Some of each tenant's. @returns how many were tried */
async function round(env: Env, now: number, { transport, ownOf }: Required<Ways>, isLate: () => boolean): Promise<number> {
  const due = await listDueMails(env.DB, now, atOnce, transport !== null);
  const lanes = [...Map.groupBy(due, laneOf).values()];
  let tried = 0;
  const inOrder = async (lane: DueMail[]): Promise<void> => {
    const carrier = await carrierOf(lane[0], transport, ownOf);
    for (const mail of lane) {
      if (carrier === null || isLate()) return;
      const claimed = await claimMail(env.DB, mail, now + leaseMs);
      if (!claimed) continue;
      tried++;
      await attempt(env, claimed, now, carrier);
    }
  };
  const next = async (): Promise<void> => {
    for (let lane = lanes.shift(); lane; lane = lanes.shift()) await inOrder(lane);
  };
  const done = await Promise.allSettled(Array.from({ length: lanesAtOnce }, next));
  for (const one of done) if (one.status === "rejected") throw one.reason;
  return tried;
}

const laneOf = ({ kind, tenant_id }: DueMail): string => (kind === "tenant" ? (tenant_id ?? "") : "platform");

/** A tenant whose account cannot be read waits: sending by another way would be from somebody else. */
async function carrierOf(mail: DueMail | undefined, transport: Carrier | null, ownOf: NonNullable<Ways["ownOf"]>): Promise<Carrier | null> {
  if (mail?.kind !== "tenant" || mail.tenant_id === null) return transport;
  try {
    return (await ownOf(mail.tenant_id)) ?? transport;
  } catch (error) {
    log("error", "mail.account_unreadable", { tenant: mail.tenant_id, error: errorMessage(error) });
    return null;
  }
}

async function warnOnce(env: Env, now: number): Promise<void> {
  if (warned || (await listDueMails(env.DB, now, 1, true)).length === 0) return;
  warned = true;
  log("warn", "mail.no_transport", { detail: "Mail stays queued: there is neither a MAIL binding nor a send_email binding with MAIL_FROM." });
}
