/**
 * Tables of the hub: one row per execution of the tenant. Only ever append to the list.
 *
 * The filters that select well have an index that ends in (created_at, id), so a page is read
 * in its order without sorting; an index more would be written on every put. `by_workflow_status` also covers the counts: grouping 100,000 rows
 * takes about 8 ms from it, which costs less than keeping counters on every put.
 * @module
 */
import { activitySchema } from "./activity.ts";

export const hubSchema = [
  `CREATE TABLE executions (
    id TEXT PRIMARY KEY,
    workflow_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    status TEXT NOT NULL,
    trigger TEXT NOT NULL,
    parent_id TEXT,
    created_at INTEGER NOT NULL,
    completed_at INTEGER,
    error_message TEXT,
    revision INTEGER NOT NULL,
    start TEXT,
    restarts INTEGER NOT NULL DEFAULT 0,
    heard_at INTEGER NOT NULL
  );
  CREATE INDEX by_created ON executions (created_at, id);
  CREATE INDEX by_workflow ON executions (workflow_id, created_at, id);
  CREATE INDEX by_workflow_status ON executions (workflow_id, status, created_at, id);
  CREATE INDEX by_status ON executions (status, created_at, id);
  CREATE INDEX by_parent ON executions (parent_id, created_at, id) WHERE parent_id IS NOT NULL;
  CREATE INDEX unstarted_by_heard ON executions (heard_at) WHERE start IS NOT NULL;`,
  // See untold.ts.
  `CREATE TABLE interest (type TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE untold (seq INTEGER PRIMARY KEY AUTOINCREMENT, ended TEXT NOT NULL);`,
  activitySchema,
] as const;
