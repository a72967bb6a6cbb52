/**
 * The only door to tables that belong to tenants. It is opened for one tenant, adds that
 * tenant to every statement, and takes no `tenant_id` from callers: a query over another
 * tenant's rows cannot be written here. Lookups that must come before the tenant is known
 * (a key, a session, a slug) are in files of their own here; test/db/access.test.ts lists them.
 * @module
 */
import { and, count, eq, getTableColumns, sql, type SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { IndexColumn, SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import { among } from "./among.ts";
import { batch, batchIf, type Statement } from "./batch.ts";
import { selectRows } from "./many-rows.ts";

export type { Statement } from "./batch.ts";

export type TenantTable = SQLiteTable & { tenant_id: SQLiteColumn };
export type Row<T extends TenantTable> = T["$inferSelect"];
/** Values of a row; an SQL expression may stand for any of them. */
export type Values<T extends TenantTable> = {
  [K in keyof Omit<T["$inferInsert"], "tenant_id">]: T["$inferInsert"][K & keyof T["$inferInsert"]] | SQL;
};

export type RowValues<T extends TenantTable> = Omit<T["$inferInsert"], "tenant_id">;

export interface Selection {
  where?: SQL | undefined;
  orderBy?: SQL | undefined;
  limit?: number;
  offset?: number;
  /** `where` finds the rows by itself: whose each is is checked, not searched by. SQLite would take the tenant's index for the better one, and read all of the tenant's rows. */
  found?: boolean;
}

export interface TenantDb {
  readonly tenant: string;
  select<T extends TenantTable>(table: T, selection?: Selection): Promise<Row<T>[]>;
  first<T extends TenantTable>(table: T, where: SQL | undefined): Promise<Row<T> | null>;
  count(table: TenantTable, where?: SQL): Promise<number>;
  /** The same for each of these values of a column; those that there are none of are left out. */
  countEach(table: TenantTable, column: SQLiteColumn, values: readonly string[], where?: SQL): Promise<Map<string, number>>;
  insert<T extends TenantTable>(table: T, values: Values<T>): Statement;
  /** Any number of rows as one statement; they may hold no SQL. */
  insertMany<T extends TenantTable>(table: T, rows: readonly RowValues<T>[]): Statement;
  /** The same for rows of which some are there: of those it sets these columns. */
  upsertMany<T extends TenantTable>(table: T, rows: readonly RowValues<T>[], target: IndexColumn[], set: readonly string[]): Statement;
  /** Inserts, or sets `set` on the row that has the same `target`. */
  upsert<T extends TenantTable>(table: T, values: Values<T>, target: IndexColumn[], set: Partial<Values<T>>): Statement;
  update<T extends TenantTable>(table: T, set: Partial<Values<T>>, where?: SQL): Statement;
  /** Returns how many rows went. */
  remove(table: TenantTable, where: SQL | undefined): Promise<number>;
  /** The same as a statement of a batch. */
  delete(table: TenantTable, where: SQL | undefined): Statement;
  /** Whether the tenant has such a row: a condition of other statements. */
  exists(table: TenantTable, where: SQL | undefined): SQL;
  /** One more than the tenant's highest value of a column, worked out by the database. */
  next(table: TenantTable, column: SQLiteColumn): SQL;
  /** All statements in one transaction. */
  batch(statements: readonly Statement[]): Promise<void>;
  /**
   * The same, if the condition holds when the transaction begins: it is part of it, so nobody
   * comes in between. False: it did not hold, nothing was done.
   */
  batchIf(condition: SQL, statements: readonly Statement[]): Promise<boolean>;
}

export function tenantDb(d1: D1Database, tenant: string): TenantDb {
  const db = drizzle(d1);
  const mine = (table: TenantTable, where: SQL | undefined) => and(eq(table.tenant_id, tenant), where);
  /** `undefined` drops the column from the insert; the tenant is ours to fill in. */
  const owned = (values: object): Record<string, unknown> => ({ ...values, tenant_id: tenant });
  const unowned = (values: object): Record<string, unknown> => ({ ...values, tenant_id: undefined });

  const select = async <T extends TenantTable>(table: T, { where, orderBy, limit, offset, found = false }: Selection = {}): Promise<Row<T>[]> => {
    const general: TenantTable = table;
    let query = db
      .select()
      .from(general)
      .where(found ? and(sql`+${table.tenant_id} = ${tenant}`, where) : mine(table, where))
      .$dynamic();
    if (orderBy) query = query.orderBy(orderBy);
    if (limit !== undefined) query = query.limit(limit);
    if (offset !== undefined) query = query.offset(offset);
    // drizzle cannot infer the row of a table that is a type parameter; it is the table's own.
    return (await query) as Row<T>[];
  };

  return {
    tenant,
    select,
    async first(table, where) {
      const [row] = await select(table, { where, limit: 1 });
      return row ?? null;
    },
    count: (table, where) => db.$count(table, mine(table, where)),
    async countEach(table, column, values, where) {
      const rows = await db
        .select({ value: column, rows: count() })
        .from(table)
        .where(mine(table, and(among(column, values), where)))
        .groupBy(column);
      return new Map(rows.map(({ value, rows }) => [String(value), rows]));
    },
    insert: (table, values) => db.insert(table as TenantTable).values(owned(values)),
    insertMany: (table, rows) => db.insert(table as TenantTable).select(selectRows(table, rows.map(owned))),
    upsertMany: (table, rows, target, set) => {
      const columns = getTableColumns(table as TenantTable);
      const excluded = Object.fromEntries(set.map((name) => [name, sql`excluded.${sql.identifier(columns[name]?.name ?? name)}`]));
      const insert = db.insert(table as TenantTable).select(selectRows(table, rows.map(owned)));
      // What is another tenant's is not set, whatever its key.
      return set.length === 0 ? insert.onConflictDoNothing({ target }) : insert.onConflictDoUpdate({ target, set: unowned(excluded), setWhere: eq(table.tenant_id, tenant) });
    },
    upsert: (table, values, target, set) =>
      db
        .insert(table as TenantTable)
        .values(owned(values))
        .onConflictDoUpdate({ target, set: unowned(set) }),
    update: (table, set, where) =>
      db
        .update(table as TenantTable)
        .set(unowned(set))
        .where(mine(table, where)),
    async remove(table, where) {
      const result = await db.delete(table).where(mine(table, where));
      return result.meta.changes;
    },
    delete: (table, where) => db.delete(table).where(mine(table, where)),
    exists: (table, where) => sql`exists (select 1 from ${table} where ${mine(table, where)})`,
    next: (table, column) => sql`(select coalesce(max(${column}), 0) + 1 from ${table} where ${eq(table.tenant_id, tenant)})`,
    batch: (statements) => batch(d1, statements),
    batchIf: (condition, statements) => batchIf(d1, condition, statements),
  };
}
