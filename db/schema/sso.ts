import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { tenants } from "./tenants.ts";
import { users } from "./users.ts";

/** OpenID Connect providers that a tenant's people may sign in with. */
export const ssoProviders = sqliteTable(
  "sso_providers",
  {
    id: text().primaryKey(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    name: text().notNull(),
    issuer: text().notNull(),
    client_id: text().notNull(),
    client_secret: text(),
    scopes: text().notNull(),
    /** Mail domains whose people join by signing in; empty: invited people only. */
    domains: text({ mode: "json" }).$type<string[]>().notNull(),
    /** Role of people who join that way. */
    role: text().notNull(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [index("sso_providers_tenant").on(table.tenant_id, table.id)],
);

/** A person as a provider knows them. */
export const identities = sqliteTable(
  "identities",
  {
    id: text().primaryKey(),
    provider_id: text()
      .notNull()
      .references(() => ssoProviders.id),
    subject: text().notNull(),
    user_id: text()
      .notNull()
      .references(() => users.id),
    created_at: integer().notNull(),
  },
  (table) => [uniqueIndex("identities_subject").on(table.provider_id, table.subject), index("identities_user").on(table.user_id)],
);
