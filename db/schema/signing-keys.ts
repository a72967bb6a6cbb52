import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { JsonObject } from "./json.ts";

/** Keys that sign access tokens; published at /.well-known/jwks.json while tokens signed by them may live. */
export const signingKeys = sqliteTable("signing_keys", {
  /** `kid` */
  id: text().primaryKey(),
  public_jwk: text({ mode: "json" }).$type<JsonObject>().notNull(),
  /** Sealed under the master key. */
  private_jwk: text().notNull(),
  created_at: integer().notNull(),
  /** Signs nothing after this. */
  retired_at: integer(),
});
