import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { tenants } from "./tenants.ts";
import { users } from "./users.ts";

/** A sign-in on one device, in one tenant: the family of refresh tokens that follow one another. */
export const sessions = sqliteTable(
  "sessions",
  {
    id: text().primaryKey(),
    user_id: text()
      .notNull()
      .references(() => users.id),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    /** SHA-256 of the refresh token that counts, hex. */
    refresh_hash: text().notNull(),
    /** How it was begun: `password`, `mfa`, `sso`, `invitation`, `reset`. */
    method: text().notNull(),
    user_agent: text(),
    ip: text(),
    created_at: integer().notNull(),
    last_used_at: integer().notNull(),
    expires_at: integer().notNull(),
    revoked_at: integer(),
    /** `logout`, `revoked`, `reuse`, `password_changed`, `member_disabled`, … */
    revoked_reason: text(),
  },
  (table) => [index("sessions_user").on(table.user_id, table.id), index("sessions_tenant").on(table.tenant_id, table.id)],
);

/** Links and challenges that work once. */
export const oneTimeTokens = sqliteTable(
  "one_time_tokens",
  {
    /** SHA-256 of the token, hex. */
    hash: text().primaryKey(),
    /** What it is for: `Purpose` in db/one-time-tokens.ts. */
    purpose: text().notNull(),
    user_id: text(),
    tenant_id: text(),
    data: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    created_at: integer().notNull(),
    expires_at: integer().notNull(),
    used_at: integer(),
  },
  (table) => [index("one_time_tokens_expiry").on(table.expires_at), index("one_time_tokens_user").on(table.user_id)],
);

export const invitations = sqliteTable(
  "invitations",
  {
    id: text().primaryKey(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    email: text().notNull(),
    /** What the inviter calls them; what they call themselves when they join counts. */
    name: text(),
    role: text().notNull(),
    team_id: text(),
    /** SHA-256 of the mailed token, hex. */
    token_hash: text().notNull().unique(),
    invited_by: text(),
    created_at: integer().notNull(),
    expires_at: integer().notNull(),
    accepted_at: integer(),
    revoked_at: integer(),
  },
  (table) => [index("invitations_tenant").on(table.tenant_id, table.id)],
);

/** Failed attempts to sign in, by account and by address: worker/auth/lockout.ts. */
export const signInFailures = sqliteTable("sign_in_failures", {
  /** `account:<hash>` or `address:<hash>`. */
  key: text().primaryKey(),
  count: integer().notNull(),
  /** The count begins anew after this. */
  expires_at: integer().notNull(),
  locked_until: integer(),
});
