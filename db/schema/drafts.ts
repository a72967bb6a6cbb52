/**
 * Sources of workflows: what was published, version by version, and what is not published yet.
 * @module
 */
import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { deployments } from "./deployments.ts";
import { tenants } from "./tenants.ts";

const tenant = () =>
  text()
    .notNull()
    .references(() => tenants.id);

/** How a version came about. */
export const versionOrigins = ["deploy", "editor", "steps", "template", "restore"] as const;

/** Unpublished changes of a workflow; no row: there are none. */
export const workflowDrafts = sqliteTable(
  "workflow_drafts",
  {
    tenant_id: tenant(),
    workflow_id: text().notNull(),
    /** Path among the sources of its deployment. */
    file: text().notNull(),
    source: text().notNull(),
    /** That of the workflow's when it was saved. */
    revision: integer().notNull(),
    /** What was published when the draft was begun: publishing does not silently undo what came since. */
    base_version: integer().notNull(),
    updated_at: integer().notNull(),
    updated_by_kind: text({ enum: ["user", "api_key"] }).notNull(),
    updated_by_id: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.workflow_id] })],
);

/** What a workflow was at each deployment that held it. */
export const workflowVersions = sqliteTable(
  "workflow_versions",
  {
    tenant_id: tenant(),
    workflow_id: text().notNull(),
    /** Of the deployment. */
    version: integer().notNull(),
    deployment_id: text()
      .notNull()
      .references(() => deployments.id),
    /** Path in the deployment's sources of the file that holds it; null when they do not say. */
    file: text(),
    /** SHA-256 of that file, hex: versions of one digest differ in nothing but what they import. */
    source_digest: text(),
    origin: text({ enum: versionOrigins }).notNull(),
    message: text(),
    created_by_kind: text({ enum: ["user", "api_key"] }).notNull(),
    created_by_id: text().notNull(),
    created_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.workflow_id, table.version] })],
);
