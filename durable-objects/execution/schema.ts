import { stepColumns } from "../../sdk/schema/journal.ts";

/**
 * The object's SQLite, as an append-only list of migrations. Every table is keyed by
 * execution id, so the same schema holds one execution or many (see ../placement.ts).
 */
export const migrations: readonly string[] = [
  `CREATE TABLE execution (
     id TEXT PRIMARY KEY, tenant TEXT NOT NULL, workflow_id TEXT NOT NULL, bundle TEXT NOT NULL, version INTEGER NOT NULL,
     trigger TEXT NOT NULL, input TEXT NOT NULL, test TEXT, parent TEXT, created_at INTEGER NOT NULL, timeout_at INTEGER NOT NULL,
     status TEXT NOT NULL, run INTEGER NOT NULL DEFAULT 1, generation INTEGER NOT NULL DEFAULT 1, revision INTEGER NOT NULL DEFAULT 1,
     mode TEXT NOT NULL DEFAULT 'run', output TEXT, error TEXT, divergence TEXT, completed_at INTEGER,
     crashes INTEGER NOT NULL DEFAULT 0, timers TEXT NOT NULL DEFAULT '{}', wake INTEGER
   ) WITHOUT ROWID;
   CREATE TABLE step (
     execution_id TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL,
     kind TEXT NOT NULL CHECK (kind IN ('do','sleep','event','approval','invoke','rollback')),
     status TEXT NOT NULL CHECK (status IN ('running','retrying','waiting','completed','failed','cancelled')),
     started INTEGER NOT NULL, ended INTEGER, attempt INTEGER NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER, due INTEGER,
     output TEXT, error TEXT, detail TEXT, child TEXT, PRIMARY KEY (execution_id, key)
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
];

const columns = stepColumns.map((name) => `"${name}"`).join(", ");

const updates = stepColumns.map((name) => `"${name}" = excluded."${name}"`).join(", ");

/** Bind: execution id, JSON array of StepRow. What only the object knows of a step (its child) stays. */
export const writeSteps = `INSERT INTO step (execution_id, ${columns})
  SELECT ?1, ${stepColumns.map((_, index) => `value->>${index}`).join(", ")} FROM jsonb_each(?2) WHERE true
  ON CONFLICT (execution_id, key) DO UPDATE SET ${updates}`;

/** Bind: execution id. One row with the whole journal as JSON array of StepRow. */
export const readSteps = `SELECT coalesce(json_group_array(json_array(${columns})), '[]') AS steps FROM step WHERE execution_id = ?1`;
