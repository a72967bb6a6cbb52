// Brings the database to the newest migration. Same table as `wrangler d1 migrations apply`.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { unstable_splitSqlQuery } from "wrangler";

/** Migrations in order: `[{ name, sql }]`. */
export function readMigrations(folder) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  return names.sort().map((name) => ({ name, sql: readFileSync(join(folder, name), "utf8") }));
}

/**
 * Applies what is not applied yet, each migration once and as a whole.
 * @returns {Promise<string[]>} names of those applied now
 */
export async function migrate(database, migrations) {
  await database.prepare("CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)").run();
  const { results } = await database.prepare("SELECT name FROM d1_migrations").all();
  const applied = new Set(results.map((row) => row.name));
  const pending = migrations.filter(({ name }) => !applied.has(name));
  for (const { name, sql } of pending) {
    const statements = unstable_splitSqlQuery(sql.replaceAll("--> statement-breakpoint", "")).map((statement) => database.prepare(statement));
    try {
      await database.batch([...statements, database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name)]);
    } catch (error) {
      throw new Error(`migration ${name} failed and was not applied: ${error.message}`, { cause: error });
    }
  }
  return pending.map(({ name }) => name);
}
