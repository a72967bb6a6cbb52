/**
 * The platform's database, read while its server is down: what no interface shows is compared too.
 * @module
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";

export type Row = Record<string, string | number | null>;

export class Database {
  readonly #database: DatabaseSync;
  readonly tenant: string;

  private constructor(database: DatabaseSync, tenant: string) {
    this.#database = database;
    this.tenant = tenant;
  }

  /** @param folder the data folder of a server that is down */
  static use<T>(folder: string, tenant: string, act: (database: Database) => T): T {
    const state = join(folder, "state");
    for (const name of readdirSync(state, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".sqlite"))) {
      const database = new DatabaseSync(join(state, name), { timeout: 10_000 });
      try {
        if (database.prepare("select 1 from sqlite_master where name = 'action_results'").get()) return act(new Database(database, tenant));
      } finally {
        database.close();
      }
    }
    throw new Error(`no database with action_results under ${state}`);
  }

  /** The tenant's rows; in `where` the table's columns. */
  rows(table: string, where = "true", ...values: SQLInputValue[]): Row[] {
    return this.#database.prepare(`select * from ${table} where tenant_id = ? and (${where}) order by rowid`).all(this.tenant, ...values) as Row[];
  }

  count(table: string, where = "true", ...values: SQLInputValue[]): number {
    return Number((this.#database.prepare(`select count(*) as rows from ${table} where tenant_id = ? and (${where})`).get(this.tenant, ...values) as Row)["rows"]);
  }

  /** How many rows there are for each value, or pair of values. */
  tally(table: string, by: string, where = "true"): Map<string, number> {
    const found = this.#database.prepare(`select ${by} as key, count(*) as rows from ${table} where tenant_id = ? and (${where}) group by 1`).all(this.tenant) as Row[];
    return new Map(found.map(({ key, rows }) => [String(key), Number(rows)]));
  }

  /** The fault that a run can be given: what was done is no longer known. @returns how many results went */
  forget(): number {
    return Number(this.#database.prepare("delete from action_results where tenant_id = ?").run(this.tenant).changes);
  }
}
