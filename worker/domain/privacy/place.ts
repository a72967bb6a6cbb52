import type { JsonObject } from "../../../db/schema/json.ts";
import type { Statement, TenantDb, TenantTable } from "../../../db/tenant-db.ts";
import type { Env } from "../../env.ts";
import type { Subject, Where } from "./subject.ts";

/** Of a tenant whose values are opened or sealed. */
export interface Keeper {
  env: Env;
  db: TenantDb;
  now: number;
}

export interface Place {
  /** Table, or kind of object. */
  name: string;
  /** What of a person it holds; null: nothing, and `because` says why. */
  holds: string | null;
  because?: string;
  /** A person's rows, as they are exported. */
  rows?(where: Where, subject: Subject): PromiseLike<object[]>;
  /** Erases, or replaces by what says nothing; a part of one transaction. */
  erase?(where: Where, subject: Subject): Statement[];
  /** Too much for one transaction: `search.ts` goes through it bit by bit. */
  searched?: true;
  /** Belongs to a tenant, and goes with it. */
  table?: TenantTable;
  /** In a tenant's archive: all columns but these, which are missing where it is imported; or why it is not there. */
  /** What leaves with the archive, where that is not the row as it is. */
  leaves?(keeper: Keeper, row: object): Promise<object>;
  /** Puts back what has left, where that is more than a row. */
  arrives?(keeper: Keeper, row: JsonObject): Promise<Statement[]>;
  archived: { missing: Readonly<Record<string, string | number | null>> } | { not: string };
}
