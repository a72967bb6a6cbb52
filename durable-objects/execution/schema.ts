/**
 * The object's SQLite, as an append-only list of migrations. Every table is keyed by
 * execution id, so the same schema holds one execution or many (see ../placement.ts).
 */
export const migrations: readonly string[] = [
  `CREATE TABLE execution (
     id TEXT PRIMARY KEY, tenant TEXT NOT NULL, workflow_id TEXT NOT NULL, bundle TEXT NOT NULL, version INTEGER NOT NULL,
     trigger TEXT NOT NULL, input TEXT NOT NULL, test TEXT, parent TEXT, created_at INTEGER NOT NULL, timeout_at INTEGER NOT NULL,
     status TEXT NOT NULL, run INTEGER NOT NULL DEFAULT 1, generation INTEGER NOT NULL DEFAULT 1, revision INTEGER NOT NULL DEFAULT 1,
     mode TEXT NOT NULL DEFAULT 'run', variables TEXT, output TEXT, error TEXT, divergence TEXT, completed_at INTEGER, first_input TEXT,
     crashes INTEGER NOT NULL DEFAULT 0, timers TEXT NOT NULL DEFAULT '{}', wake INTEGER
   ) WITHOUT ROWID;
   CREATE TABLE journal (
     execution_id TEXT NOT NULL, seq INTEGER NOT NULL, child TEXT, steps TEXT NOT NULL, PRIMARY KEY (execution_id, seq)
   ) WITHOUT ROWID;
   CREATE INDEX execution_wake ON execution (wake) WHERE wake IS NOT NULL;
   CREATE TABLE signal (
     execution_id TEXT NOT NULL, seq INTEGER NOT NULL, channel TEXT NOT NULL, payload TEXT NOT NULL,
     received_at INTEGER NOT NULL, consumed INTEGER NOT NULL DEFAULT 0, dedupe TEXT, PRIMARY KEY (execution_id, seq)
   ) WITHOUT ROWID;
   CREATE TABLE log (
     execution_id TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, level TEXT NOT NULL, message TEXT NOT NULL, step TEXT,
     PRIMARY KEY (execution_id, seq)
   ) WITHOUT ROWID;`,
  `ALTER TABLE execution ADD COLUMN moved TEXT;
   ALTER TABLE execution ADD COLUMN lineage TEXT;`,
];
