/**
 * Files of records that are taken in, and what became of each of their rows.
 * @module
 */
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { JsonObject } from "./json.ts";
import { tenants } from "./tenants.ts";

const tenant = () =>
  text()
    .notNull()
    .references(() => tenants.id);

export const importStatuses = ["uploading", "ready", "running", "completed", "cancelled", "failed", "undoing", "undone"] as const;

/** What goes where, as `PATCH /imports/{id}` takes it. */
export interface ColumnMapping {
  column: number;
  field: string | null;
  date_format?: "iso" | "dmy" | "mdy" | "ymd" | undefined;
  decimal?: "." | "," | undefined;
  unit?: "major" | "minor" | undefined;
  timezone?: string | undefined;
  values?: Record<string, string> | undefined;
  default?: string | undefined;
}

export const imports = sqliteTable(
  "imports",
  {
    id: text().primaryKey(),
    tenant_id: tenant(),
    /** Kind of record. */
    kind: text().notNull(),
    status: text({ enum: importStatuses }).notNull(),
    file_name: text(),
    /** In R2; null when it has gone. */
    file_key: text(),
    /** As it is kept, bytes. */
    file_size: integer().notNull(),
    /** As it came; what came as UTF-16 is kept as UTF-8. */
    encoding: text({ enum: ["utf-8", "utf-16le", "utf-16be", "windows-1252"] }).notNull(),
    delimiter: text().notNull(),
    newline: text().notNull(),
    has_header: integer({ mode: "boolean" }).notNull(),
    /** Titles of the columns. */
    columns: text({ mode: "json" }).$type<string[]>().notNull(),
    mapping: text({ mode: "json" }).$type<ColumnMapping[]>().notNull(),
    dedupe: text({ mode: "json" }).$type<{ keys: string[]; mode: "skip" | "update" | "create" }>().notNull(),
    fire_events: integer({ mode: "boolean" }).notNull(),
    /** Every record of it gets this tag. */
    tag: text(),
    /** The byte of the file that the next chunk begins at. */
    cursor: integer().notNull(),
    /** Rows of the file read so far, the header and empty ones among them. */
    row: integer().notNull(),
    rows_done: integer().notNull(),
    created: integer().notNull(),
    updated: integer().notNull(),
    skipped: integer().notNull(),
    invalid: integer().notNull(),
    error: text(),
    /** Whose doing it is, and whose permissions it has. */
    started_by_kind: text({ enum: ["user", "api_key"] }),
    started_by_id: text(),
    created_by: text(),
    created_at: integer().notNull(),
    started_at: integer(),
    /** When a chunk was last written, ms: the sweep looks after those that stand still. */
    updated_at: integer().notNull(),
    ended_at: integer(),
    /** Rows of the ledger from here on are undone. */
    undo_cursor: integer(),
    undone: integer().notNull(),
    /** Records that were left as they are, because somebody has changed them since. */
    undo_kept: integer().notNull(),
    /** When file and ledger go. */
    expires_at: integer(),
  },
  (table) => [index("imports_tenant").on(table.tenant_id, table.id), index("imports_status").on(table.status, table.updated_at), index("imports_expiry").on(table.tenant_id, table.expires_at)],
);

/** What became of a row: an import is undone by it. */
export const importRows = sqliteTable(
  "import_rows",
  {
    tenant_id: tenant(),
    import_id: text().notNull(),
    /** As a spreadsheet counts: a header is row 1. */
    row: integer().notNull(),
    action: text({ enum: ["created", "updated", "skipped", "invalid"] }).notNull(),
    record_id: text(),
    /** Of an update: the fields that changed, as the table had them; what is sensitive is sealed. */
    before: text({ mode: "json" }).$type<JsonObject>(),
    after: text({ mode: "json" }).$type<JsonObject>(),
    /** Why it was refused or left out. */
    errors: text({ mode: "json" }).$type<{ column: string | null; value: string | null; message: string }[]>(),
    /** What came of undoing it. */
    undo: text({ enum: ["undone", "kept", "gone"] }),
    /** Of what was kept: fields that somebody has changed since, or why. */
    undo_detail: text(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.import_id, table.row] }), index("import_rows_action").on(table.tenant_id, table.import_id, table.action, table.row)],
);
