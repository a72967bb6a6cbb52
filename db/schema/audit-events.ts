import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { JsonObject } from "./json.ts";
import { tenants } from "./tenants.ts";

/** Every change, for good: a trigger refuses to change a row. */
export const auditEvents = sqliteTable(
  "audit_events",
  {
    id: text().primaryKey(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    at: integer().notNull(),
    actor_kind: text({ enum: ["user", "api_key", "operator", "execution", "system"] }).notNull(),
    /** User, key or execution id; no names: those can be looked up as long as they exist. */
    actor_id: text(),
    /** `<entity>.<verb>`, such as `user.update`. */
    action: text().notNull(),
    entity: text().notNull(),
    entity_id: text(),
    /** Changed fields only; secrets and sensitive fields masked. */
    before: text({ mode: "json" }).$type<JsonObject>(),
    after: text({ mode: "json" }).$type<JsonObject>(),
    request_id: text(),
    ip: text(),
  },
  (table) => [
    index("audit_events_tenant").on(table.tenant_id, table.id),
    index("audit_events_entity").on(table.tenant_id, table.entity, table.entity_id, table.id),
    index("audit_events_request").on(table.tenant_id, table.request_id),
    index("audit_events_actor").on(table.tenant_id, table.actor_id, table.id),
  ],
);
