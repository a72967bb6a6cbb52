/**
 * The outbox of mails. Mail may belong to no tenant (a password reset), and the sender takes
 * what is due whosesoever it is.
 * @module
 */
import { and, desc, eq, getTableColumns, lt, ne, type SQL, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { among } from "./among.ts";
import { emailAccounts, mails } from "./schema/mails.ts";
import type { Statement } from "./tenant-db.ts";

export type MailRow = typeof mails.$inferSelect;
export type DueMail = Pick<MailRow, "id" | "tenant_id" | "kind" | "attempts">;

type NewMail = typeof mails.$inferInsert;

export function insertMail(d1: D1Database, row: NewMail): Statement {
  return drizzle(d1).insert(mails).values(row);
}

/** Of one tenant at most so many in one list: who sends thousands does not hold up the others. */
const perTenant = 10;

/**
 * The oldest that may be tried now.
 * @param all also those that only the platform's own way leads out for
 */
export function listDueMails(d1: D1Database, now: number, limit: number, all: boolean): Promise<DueMail[]> {
  const sendable = all ? sql`1` : sql`(${mails.kind} = 'tenant' and exists (select 1 from ${emailAccounts} where ${emailAccounts.tenant_id} = ${mails.tenant_id}))`;
  const due = sql`select ${mails.id} as id, ${mails.tenant_id} as tenant_id, ${mails.kind} as kind, ${mails.attempts} as attempts, ${mails.next_attempt_at} as due_at,
      row_number() over (partition by ${mails.tenant_id}, ${mails.kind} order by ${mails.next_attempt_at}, ${mails.id}) as place
    from ${mails} where ${mails.status} = 'queued' and ${mails.next_attempt_at} <= ${now} and ${sendable}`;
  return drizzle(d1).all<DueMail>(sql`select id, tenant_id, kind, attempts from (${due}) where place <= ${perTenant} or kind = 'platform' order by due_at, id limit ${limit}`);
}

/** Takes a mail for one attempt, until `lease`; null when another sender has it. */
export async function claimMail(d1: D1Database, { id, attempts }: Pick<MailRow, "id" | "attempts">, lease: number): Promise<MailRow | null> {
  const [claimed] = await drizzle(d1)
    .update(mails)
    .set({ attempts: attempts + 1, next_attempt_at: lease })
    .where(and(eq(mails.id, id), isAtAttempt(attempts)))
    .returning();
  return claimed ?? null;
}

const isAtAttempt = (attempts: number) => and(eq(mails.status, "queued"), eq(mails.attempts, attempts));

/** Holds as long as nobody else has taken the mail since. */
export const stillClaimed = ({ id, attempts }: Pick<MailRow, "id" | "attempts">) => sql`exists (select 1 from ${mails} where ${and(eq(mails.id, id), isAtAttempt(attempts))})`;

/** What came of an attempt. */
export function settleMail(d1: D1Database, { id, attempts }: Pick<MailRow, "id" | "attempts">, set: Partial<Pick<MailRow, "status" | "text" | "html" | "recipients" | "error" | "next_attempt_at" | "sent_at">>): Statement {
  return drizzle(d1)
    .update(mails)
    .set(set)
    .where(and(eq(mails.id, id), isAtAttempt(attempts)));
}

/** What lists need: a page of whole mails would be too much to hold. */
export type MailSummary = Omit<MailRow, "text" | "html">;

/** What a tenant has sent, the latest first. */
export function listTenantMails(d1: D1Database, tenant: string, where: SQL | undefined, limit: number): Promise<MailSummary[]> {
  const { text: _text, html: _html, ...columns } = getTableColumns(mails);
  return drizzle(d1)
    .select(columns)
    .from(mails)
    .where(and(eq(mails.tenant_id, tenant), eq(mails.kind, "tenant"), where))
    .orderBy(desc(mails.id))
    .limit(limit);
}

/** Which of these a tenant has. */
export async function knownMails(d1: D1Database, tenant: string, ids: readonly string[]): Promise<Set<string>> {
  const rows = await drizzle(d1)
    .select({ id: mails.id })
    .from(mails)
    .where(and(eq(mails.tenant_id, tenant), among(mails.id, ids)));
  return new Set(rows.map(({ id }) => id));
}

/** The platform's own that are done with and were queued before then; tenants keep theirs by their own rules. */
export async function purgeMails(d1: D1Database, before: number): Promise<void> {
  await drizzle(d1).delete(mails).where(and(eq(mails.kind, "platform"), ne(mails.status, "queued"), lt(mails.created_at, before)));
}
