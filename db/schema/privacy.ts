import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { JsonObject } from "./json.ts";
import { tenants } from "./tenants.ts";

/** What was exported or erased, when, by whom: the receipt stays when the data has gone. */
export const privacyReceipts = sqliteTable(
  "privacy_receipts",
  {
    id: text().primaryKey(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    kind: text({ enum: ["export", "erase", "retention"] }).notNull(),
    /** Keyed hash of the person's address: proves whom it was about to who knows the address. */
    subject_hash: text(),
    actor_id: text(),
    /** Place → rows. */
    counts: text({ mode: "json" }).$type<JsonObject>().notNull(),
    /** What stayed, and why. */
    left: text({ mode: "json" }).$type<JsonObject[]>().notNull().default([]),
    created_at: integer().notNull(),
    completed_at: integer(),
  },
  (table) => [index("privacy_receipts_tenant").on(table.tenant_id, table.id)],
);

/** Exports and erasures under way: what a crash interrupts goes on from `state`. */
export const privacyJobs = sqliteTable(
  "privacy_jobs",
  {
    id: text().primaryKey(),
    /** No reference: the row of an erased tenant's erasure stays when the tenant has gone. */
    tenant_id: text().notNull(),
    kind: text({ enum: ["export_person", "erase_person", "export_tenant", "erase_tenant"] }).notNull(),
    status: text({ enum: ["running", "completed"] }).notNull(),
    /** Whom it is about, sealed under the master key; null once it is done. */
    request: text(),
    /** Keyed hash of the address; of a tenant's erasure, of the slug. */
    subject_hash: text(),
    actor_id: text(),
    /** Which step, and how far it is. */
    state: text({ mode: "json" }).$type<{ step: number; cursor: string | null; parts: number }>().notNull(),
    counts: text({ mode: "json" }).$type<JsonObject>().notNull(),
    /** What stayed, and why. */
    left: text({ mode: "json" }).$type<JsonObject[]>().notNull(),
    /** Nobody else works on it until then. */
    next_at: integer().notNull(),
    created_at: integer().notNull(),
    completed_at: integer(),
    /** The file of an export goes then. */
    expires_at: integer(),
  },
  (table) => [index("privacy_jobs_due").on(table.status, table.next_at), index("privacy_jobs_tenant").on(table.tenant_id, table.id), index("privacy_jobs_expiry").on(table.expires_at)],
);

/** How far the cleaning by age has come, over all tenants: one row. */
export const retentionState = sqliteTable("retention_state", {
  id: text().primaryKey(),
  /** The tenant being cleaned; empty: before the first. */
  tenant_id: text().notNull(),
  /** What has gone of it so far. */
  counts: text({ mode: "json" }).$type<JsonObject>().notNull(),
  next_at: integer().notNull(),
});
