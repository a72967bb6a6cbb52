/** Tables of the realtime object. Only ever append to the list. */
export const realtimeSchema = [
  `CREATE TABLE log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL,
    key TEXT,
    type TEXT NOT NULL,
    at INTEGER NOT NULL,
    data TEXT NOT NULL,
    about TEXT
  );
  CREATE INDEX log_topic ON log (topic, id);
  CREATE UNIQUE INDEX log_key ON log (topic, key) WHERE key IS NOT NULL;
  CREATE TABLE interest (
    topic TEXT PRIMARY KEY,
    since INTEGER NOT NULL,
    left_at INTEGER
  ) WITHOUT ROWID;
  CREATE TABLE owner (id INTEGER PRIMARY KEY CHECK (id = 1), tenant TEXT NOT NULL);`,
  "ALTER TABLE log ADD COLUMN audience TEXT;",
] as const;
