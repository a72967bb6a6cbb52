import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { tenants } from "./tenants.ts";

const tenant = () =>
  text()
    .notNull()
    .references(() => tenants.id);

/** Whose turn it is: one row for each kind of record and circle of people that records are given to. */
export const assignmentTurns = sqliteTable(
  "assignment_turns",
  {
    tenant_id: tenant(),
    /** `lead role=member`: the kind, and what the circle was asked for as. */
    pool: text().notNull(),
    /** One more with every record that is given; two at once cannot both have the same. */
    turn: integer().notNull(),
    last_user_id: text().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.pool] })],
);

/** When somebody was last given a record of a kind. */
export const assignmentTimes = sqliteTable(
  "assignment_times",
  {
    tenant_id: tenant(),
    kind: text().notNull(),
    user_id: text().notNull(),
    /** ms since the epoch; of several at the same time each a little later. */
    last_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.kind, table.user_id] })],
);
