import type { Statement, TenantTable } from "../../../db/tenant-db.ts";
import type { Subject, Where } from "./subject.ts";

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
  archived: { missing: Readonly<Record<string, string | number | null>> } | { not: string };
}
