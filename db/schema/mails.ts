import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { ChainLink } from "../../sdk/schema/execution.ts";
import { tenants } from "./tenants.ts";

/** Where one of several recipients stands. */
export interface MailRecipient {
  address: string;
  name: string | null;
  kind: "to" | "cc" | "bcc";
  status: "queued" | "sent" | "failed";
  error: string | null;
}

/** A file of a mail; its bytes are in R2. */
export interface MailAttachment {
  filename: string;
  content_type: string;
  /** Bytes. */
  size: number;
  key: string;
}

/** Mail on its way out; written with the change that causes it, sent afterwards. */
export const mails = sqliteTable(
  "mails",
  {
    id: text().primaryKey(),
    /** Null for mail that belongs to no tenant, such as a password reset. */
    tenant_id: text(),
    /** `platform`: about accounts, may hold links that open something; `tenant`: what the tenant has sent. */
    kind: text({ enum: ["platform", "tenant"] })
      .notNull()
      .default("platform"),
    /** The first of them. */
    recipient: text().notNull(),
    /** All of them; null for mail of the platform, which has one. */
    recipients: text({ mode: "json" }).$type<MailRecipient[]>(),
    reply_to: text(),
    list_unsubscribe: text(),
    subject: text().notNull(),
    text: text().notNull(),
    html: text(),
    attachments: text({ mode: "json" }).$type<MailAttachment[]>(),
    template_id: text(),
    /** The execution that sent it, and what led to that one. */
    execution_id: text(),
    chain: text({ mode: "json" }).$type<ChainLink[]>(),
    /** Of the request that made it: asked again, the same mail is the answer. */
    idempotency_key: text(),
    request_hash: text(),
    status: text({ enum: ["queued", "sent", "failed"] }).notNull(),
    attempts: integer().notNull().default(0),
    error: text(),
    created_at: integer().notNull(),
    next_attempt_at: integer().notNull(),
    sent_at: integer(),
  },
  (table) => [
    index("mails_due").on(table.status, table.next_attempt_at),
    index("mails_tenant").on(table.tenant_id, table.kind, table.id),
    uniqueIndex("mails_key").on(table.tenant_id, table.idempotency_key).where(sql`idempotency_key is not null`),
  ],
);

/** The SMTP account that a tenant's mail goes out by, instead of the platform's way. */
export const emailAccounts = sqliteTable("email_accounts", {
  tenant_id: text()
    .primaryKey()
    .references(() => tenants.id),
  host: text().notNull(),
  port: integer().notNull(),
  security: text({ enum: ["tls", "starttls", "none"] }).notNull(),
  /** Null: the server asks for no sign-in. */
  username: text(),
  /** Sealed under the tenant's data key. */
  password_sealed: text(),
  from_address: text().notNull(),
  from_name: text(),
  created_at: integer().notNull(),
  updated_at: integer().notNull(),
});
