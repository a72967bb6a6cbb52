/**
 * A tenant's own mail account as a way out.
 * @module
 */
import { emailAccounts } from "../../../db/schema/mails.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import { openSecret, type Vault } from "../../auth/vault.ts";
import { type Carrier, MailError } from "../../email/mail.ts";
import { composeMessage } from "../../email/message.ts";
import { connectThrough } from "../../email/smtp/cloudflare-network.ts";
import { sendOverSmtp } from "../../email/smtp/send.ts";
import type { SmtpAccount } from "../../email/smtp/sign-in.ts";
import type { Env } from "../../env.ts";
import { reachable } from "./account-host.ts";

export type AccountRow = typeof emailAccounts.$inferSelect;

/** What the password is sealed for; a tenant has one account. */
export const sealedAs = "email-account";

/** @throws Error when the password does not open */
export async function smtpAccountOf(vault: Vault, { host, port, security, username, password_sealed }: AccountRow): Promise<SmtpAccount> {
  return { host, port, security, username, password: password_sealed === null ? null : await openSecret(vault, sealedAs, password_sealed) };
}

/** Null when the tenant has none. @throws Error when it cannot be read */
export async function accountCarrier(env: Env, tenant: string): Promise<Carrier | null> {
  const db = tenantDb(env.DB, tenant);
  const row = await db.first(emailAccounts, undefined);
  if (!row) return null;
  const account = await smtpAccountOf({ db, env }, row);
  const domain = row.from_address.slice(row.from_address.lastIndexOf("@") + 1);
  return async (mail) => {
    const way = await reachable(env, tenant, row);
    if (!way.ok) throw new MailError("permanent", `the email account cannot be used: ${way.reason}`);
    const message = await composeMessage(mail, { address: row.from_address, name: row.from_name }, messageDomain(env) ?? domain);
    return sendOverSmtp(account, nameOf(env, domain), { from: row.from_address, to: mail.envelope }, message, { connect: connectThrough(way.network) });
  };
}

/** The installation's own, which does not change when the sender does. */
function messageDomain({ PUBLIC_URL }: Pick<Env, "PUBLIC_URL">): string | null {
  const { hostname } = URL.parse(PUBLIC_URL ?? "") ?? { hostname: "" };
  return /^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*$/i.test(hostname) ? hostname : null;
}

/** For EHLO: a domain, or an address in brackets (RFC 5321, 4.1.3). */
export function nameOf(env: Pick<Env, "PUBLIC_URL">, domain: string): string {
  const { hostname } = URL.parse(env.PUBLIC_URL ?? "") ?? { hostname: "" };
  if (/^\d+(\.\d+){3}$/.test(hostname)) return `[${hostname}]`;
  if (hostname.startsWith("[")) return `[IPv6:${hostname.slice(1, -1)}]`;
  return messageDomain(env) ?? domain;
}
