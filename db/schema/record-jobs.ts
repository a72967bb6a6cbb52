import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { tenants } from "./tenants.ts";

/** What is to be done to all records that have something. */
export type RecordWork =
  | { do: "remove_field"; kind: string; key: string }
  | { do: "replace_option"; kind: string; key: string; from: string; to: string | null }
  | { do: "remove_tag" }
  | { do: "clear_category" }
  | { do: "reseal"; dataKey: string };

/** How far it is: the step, where in it, and when it began with the first. */
export interface RecordJobState {
  step: number;
  after: string | null;
  began: number | null;
}

/**
 * Changes of any number of records, which go on in chunks until nothing is left to do: a field
 * or an option that goes, a tag, a category, a new data key. The row is gone when it is done.
 */
export const recordJobs = sqliteTable(
  "record_jobs",
  {
    id: text().primaryKey(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    /** What it is about: the id of the field, the tag, the category, the key. */
    subject: text().notNull(),
    work: text({ mode: "json" }).$type<RecordWork>().notNull(),
    state: text({ mode: "json" }).$type<RecordJobState>().notNull(),
    /** Whoever works on it has it until then, ms. */
    next_at: integer().notNull(),
    created_at: integer().notNull(),
  },
  (table) => [index("record_jobs_subject").on(table.tenant_id, table.subject), index("record_jobs_due").on(table.next_at)],
);
