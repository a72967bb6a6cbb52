import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** People. One account may be a member of several tenants; see memberships.ts. */
export const users = sqliteTable("users", {
  id: text().primaryKey(),
  /** Lower case, NFKC. */
  email: text().notNull().unique(),
  name: text().notNull(),
  locale: text().notNull().default("en"),
  /** As worker/auth/password.ts writes it; null for people who only sign in elsewhere. */
  password_hash: text(),
  email_verified_at: integer(),
  /** Sealed TOTP secret; it counts from `mfa_enabled_at` on. */
  mfa_secret: text(),
  mfa_enabled_at: integer(),
  /** The last time step a code was accepted for: none is accepted twice. */
  mfa_last_step: integer(),
  created_at: integer().notNull(),
  updated_at: integer().notNull(),
});

/** One use each, for people who have lost their second factor. */
export const recoveryCodes = sqliteTable("recovery_codes", {
  /** SHA-256 of the code, hex. */
  hash: text().primaryKey(),
  user_id: text()
    .notNull()
    .references(() => users.id),
  used_at: integer(),
});
