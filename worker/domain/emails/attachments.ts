/**
 * Files of mails, in R2: `mails/<tenant>/<mail>/<number>`. They are stored before their mail is
 * queued, and a mail that is erased or too old goes in a transaction, without them. What is
 * left over either way goes here.
 * @module
 */
import { firstIdAt } from "../../../db/ids.ts";
import { knownMails } from "../../../db/mails.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";
import type { Env } from "../../env.ts";

export const attachmentPrefix = (tenant: string): string => `mails/${tenant}/`;

/** A mail of the moment may not be queued yet. */
const graceMs = 3_600_000;
/** Looked at by one call, the oldest first; those behind come when they are older. */
const [perPage, pages] = [100, 10];

/** A part of what retention does (../retention/clean.ts). @returns how many went, by place */
export async function removeLeftAttachments({ env, db, now }: { env: Env; db: TenantDb; now: number }): Promise<Record<string, number>> {
  const prefix = attachmentPrefix(db.tenant);
  const mailOf = (key: string): string => key.slice(prefix.length).split("/")[0] ?? "";
  let gone = 0;
  let cursor: string | undefined;
  for (let page = 0; page < pages; page++) {
    const listed = await env.BLOBS.list({ prefix, limit: perPage, ...(cursor === undefined ? {} : { cursor }) });
    const old = listed.objects.map(({ key }) => key).filter((key) => mailOf(key) < firstIdAt(now - graceMs));
    const known = old.length === 0 ? new Set<string>() : await knownMails(env.DB, db.tenant, [...new Set(old.map(mailOf))]);
    const left = old.filter((key) => !known.has(mailOf(key)));
    if (left.length > 0) await env.BLOBS.delete(left);
    gone += left.length;
    if (!listed.truncated || old.length < listed.objects.length) break;
    cursor = listed.cursor;
  }
  return gone === 0 ? {} : { mail_attachments: gone };
}
