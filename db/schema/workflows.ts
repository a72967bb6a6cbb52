import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { WorkflowManifest } from "../../sdk/schema/manifest.ts";
import { deployments } from "./deployments.ts";
import { tenants } from "./tenants.ts";

export const workflows = sqliteTable(
  "workflows",
  {
    tenant_id: text()
      .notNull()
      .references(() => tenants.id),
    /** The name given in the code. */
    id: text().notNull(),
    title: text().notNull(),
    /** What new executions run; executions under way keep what they began with. */
    deployment_id: text()
      .notNull()
      .references(() => deployments.id),
    version: integer().notNull(),
    bundle: text().notNull(),
    manifest: text({ mode: "json" }).$type<WorkflowManifest>().notNull(),
    /** False: nothing starts it. */
    is_active: integer({ mode: "boolean" }).notNull(),
    /** Counts up whenever its source changes, as a draft or by a deployment: the ETag of its source. */
    revision: integer().notNull().default(0),
    /** What people sort it under; of a template, the template's. */
    category: text(),
    /** Id of the template it was made from. */
    created_from_template: text(),
    /** Digests of the Idempotency-Key that made it and of what it asked for: `<key>:<body>`. */
    request: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant_id, table.id] }), index("workflows_deployment").on(table.tenant_id, table.deployment_id)],
);
