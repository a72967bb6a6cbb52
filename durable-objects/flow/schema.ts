/**
 * Tables of a workflow's flow. Only ever append to the list.
 *
 * `items` are starts that have been accepted. `held`: debounce or batch keep it; `queued`: it
 * waits its turn; `starting`: its turn has come; `running`: it has begun and counts until it
 * ends; `ending`: it is to be cancelled. `begun` counts against limits. `own` is what a start with
 * an Idempotency-Key came with, where others have put something else in its place.
 * @module
 */
export const flowSchema = [
  `CREATE TABLE state (id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, workflow_id TEXT NOT NULL, config TEXT NOT NULL, read_at INTEGER NOT NULL, wake INTEGER);
  CREATE TABLE items (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, request TEXT NOT NULL, state TEXT NOT NULL, begun INTEGER NOT NULL DEFAULT 0,
    priority REAL NOT NULL, ckey TEXT NOT NULL, tkey TEXT NOT NULL, skey TEXT NOT NULL, gkey TEXT NOT NULL,
    due INTEGER, until INTEGER, size INTEGER NOT NULL DEFAULT 1, attempts INTEGER NOT NULL DEFAULT 0, tell_at INTEGER, reason TEXT, own TEXT
  );
  CREATE INDEX items_turn ON items (ckey, tkey, skey, priority DESC, seq) WHERE state = 'queued';
  CREATE INDEX items_begun ON items (ckey) WHERE begun = 1;
  CREATE INDEX items_single ON items (skey, begun);
  CREATE INDEX items_held ON items (gkey) WHERE state = 'held';
  CREATE INDEX items_due ON items (due) WHERE due IS NOT NULL;
  CREATE INDEX items_tell ON items (tell_at) WHERE tell_at IS NOT NULL;
  CREATE TABLE inputs (item TEXT NOT NULL, n INTEGER NOT NULL, input TEXT NOT NULL, PRIMARY KEY (item, n)) WITHOUT ROWID;
  CREATE TABLE aliases (id TEXT PRIMARY KEY, item TEXT NOT NULL, at INTEGER NOT NULL, own TEXT) WITHOUT ROWID;
  CREATE INDEX aliases_at ON aliases (at);
  CREATE TABLE starts (rkey TEXT NOT NULL, at INTEGER NOT NULL, id TEXT NOT NULL, PRIMARY KEY (rkey, at, id)) WITHOUT ROWID;
  CREATE TABLE throttles (tkey TEXT PRIMARY KEY, tat REAL NOT NULL) WITHOUT ROWID;`,
] as const;
