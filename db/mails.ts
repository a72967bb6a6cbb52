/**
 * The outbox of mails. Mail may belong to no tenant (a password reset), and the sender takes
 * what is due whosesoever it is.
 * @module
 */
import { and, asc, eq, lt, lte, ne } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { mails } from "./schema/mails.ts";
import type { Statement } from "./tenant-db.ts";

export type MailRow = typeof mails.$inferSelect;

export function insertMail(d1: D1Database, row: MailRow): Statement {
  return drizzle(d1).insert(mails).values(row);
}

/** The oldest that may be tried now. */
export function listDueMails(d1: D1Database, now: number, limit: number): Promise<MailRow[]> {
  return drizzle(d1)
    .select()
    .from(mails)
    .where(and(eq(mails.status, "queued"), lte(mails.next_attempt_at, now)))
    .orderBy(asc(mails.next_attempt_at), asc(mails.id))
    .limit(limit);
}

/** Takes a mail for one attempt, until `lease`; false when another sender has it. */
export async function claimMail(d1: D1Database, { id, attempts }: MailRow, lease: number): Promise<boolean> {
  const claimed = await drizzle(d1)
    .update(mails)
    .set({ attempts: attempts + 1, next_attempt_at: lease })
    .where(and(eq(mails.id, id), eq(mails.status, "queued"), eq(mails.attempts, attempts)))
    .returning({ id: mails.id });
  return claimed.length > 0;
}

/** What came of an attempt. Mail that is done with loses its text: it may hold a link that opens something. */
export async function settleMail(d1: D1Database, id: string, set: Partial<Pick<MailRow, "status" | "text" | "html" | "error" | "next_attempt_at" | "sent_at">>): Promise<void> {
  await drizzle(d1).update(mails).set(set).where(eq(mails.id, id));
}

/** Those done with that were queued before then. */
export async function purgeMails(d1: D1Database, before: number): Promise<void> {
  await drizzle(d1).delete(mails).where(and(ne(mails.status, "queued"), lt(mails.created_at, before)));
}
