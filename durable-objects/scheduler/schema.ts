/**
 * Tables of the scheduler. Only ever append to the list.
 *
 * `fires` are runs that are due and have not begun: written in the transaction that moves
 * `next_at` on, taken off when their execution is there. A crash between the two starts it
 * again, which is the same start. `begun` is the execution that began last, whichever time it
 * was for: what must not overlap waits for it.
 * @module
 */
export const schedulerSchema = [
  `CREATE TABLE state (id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, revision INTEGER NOT NULL);
  CREATE TABLE schedules (
    id TEXT PRIMARY KEY, workflow_id TEXT NOT NULL, cron TEXT NOT NULL, timezone TEXT NOT NULL, options TEXT NOT NULL,
    active INTEGER NOT NULL, next_at INTEGER, last_at INTEGER, last_execution TEXT, begun TEXT,
    runs INTEGER NOT NULL DEFAULT 0, missed INTEGER NOT NULL DEFAULT 0, skipped INTEGER NOT NULL DEFAULT 0, error TEXT
  ) WITHOUT ROWID;
  CREATE INDEX schedules_next ON schedules (next_at) WHERE next_at IS NOT NULL;
  CREATE TABLE fires (
    schedule_id TEXT NOT NULL, at INTEGER NOT NULL, backfill TEXT NOT NULL, due INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (schedule_id, at, backfill)
  ) WITHOUT ROWID;
  CREATE INDEX fires_due ON fires (due, at);
  CREATE TABLE backfills (
    id TEXT PRIMARY KEY, schedule_id TEXT NOT NULL, from_at INTEGER NOT NULL, to_at INTEGER NOT NULL, total INTEGER NOT NULL,
    started INTEGER NOT NULL DEFAULT 0, existing INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX backfills_of ON backfills (schedule_id, created_at);`,
] as const;
