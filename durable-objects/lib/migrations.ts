/**
 * Schema of an object's own SQLite: an append-only list of SQL, applied in order and once.
 *
 * Invariants
 * 1. An object that is up to date costs one read and no write, however often it wakes.
 * 2. A step counts as applied in the same implicit transaction that ran it: no await between.
 * 3. What was applied never changes: editing or removing a released step is refused.
 * @module
 */

/** Thrown when an object's stored schema does not fit the list in the code. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
}

/** FNV-1a over UTF-16 units, chained: tells an edited step from the one that ran. */
function checksum(text: string, seed: number): number {
  let hash = seed;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** How far an object's schema has come; null for one that has no tables yet. */
export type SchemaState = { steps: number; checksum: number } | null;

/** Reads and writes nothing else. */
export function schemaState(sql: SqlStorage): SchemaState {
  try {
    return sql.exec<{ steps: number; checksum: number }>("SELECT steps, checksum FROM schema_state").toArray()[0] ?? null;
  } catch (error) {
    // Asking sqlite_master first would be a second read on every wake; this is paid once.
    if (error instanceof Error && error.message.includes("no such table")) return null;
    throw error;
  }
}

/**
 * Brings the object's tables up to date. Call it first in the constructor.
 *
 * @param steps each one or more SQL statements; only ever append to the list.
 * @param state where that is known already.
 * @throws MigrationError when the object has more steps than the code (older code after a
 * rollback) or when a step that already ran was edited.
 */
export function migrate(sql: SqlStorage, steps: readonly string[], state: SchemaState = schemaState(sql)): void {
  const done = state?.steps ?? 0;
  if (done > steps.length) {
    throw new MigrationError(`this object's schema has ${done} steps and the code knows ${steps.length}: deploy a version that has them all`);
  }
  let hash = 0x811c9dc5;
  for (const step of steps.slice(0, done)) hash = checksum(step, hash);
  if (state && hash !== state.checksum) {
    throw new MigrationError(`one of the first ${done} schema steps was edited after it ran: restore its text and append a new step instead`);
  }
  if (done === steps.length) return;
  if (!state) sql.exec("CREATE TABLE IF NOT EXISTS schema_state (id INTEGER PRIMARY KEY, steps INTEGER NOT NULL, checksum INTEGER NOT NULL)");
  for (const [index, step] of steps.entries()) {
    if (index < done) continue;
    sql.exec(step);
    hash = checksum(step, hash);
    sql.exec("INSERT OR REPLACE INTO schema_state VALUES (1, ?, ?)", index + 1, hash);
  }
}
