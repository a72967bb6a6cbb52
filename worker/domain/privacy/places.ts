/**
 * Every place where the platform keeps something: each table of db/schema and each kind of
 * object. A place says what it holds of people, how that is found, exported and erased, or
 * why it holds nothing; and how it goes into a tenant's archive. A test compares the list with
 * db/schema, so that a new table cannot be forgotten. docs/platform.md shows it to people.
 *
 * The order is that of references: whoever is referred to comes first.
 * @module
 */
import type { Statement, TenantTable } from "../../../db/tenant-db.ts";
import { personalPlaces } from "./places-people.ts";
import { otherPlaces } from "./places-tenant.ts";
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

export const places: readonly Place[] = [...personalPlaces, ...otherPlaces];

/** What else is kept, outside of tables. */
export const objectPlaces: readonly Place[] = [
  { name: "executions", holds: "inputs, outputs, steps, events and logs that mention the person", searched: true, archived: { missing: {} } },
  { name: "values", holds: "large values of executions, in R2", searched: true, archived: { missing: {} } },
  { name: "payloads", holds: "raw bodies of webhook deliveries that mention the person, in R2", searched: true, archived: { missing: {} } },
  { name: "index", holds: "error messages of executions; follows their erasure", archived: { missing: {} } },
  { name: "sources", holds: null, because: "the tenant's code", archived: { missing: {} } },
  { name: "bundles", holds: null, because: "the tenant's code, guarded", archived: { missing: {} } },
  { name: "maps", holds: null, because: "source maps of the tenant's code", archived: { missing: {} } },
  { name: "exports", holds: "the files of exports; gone after a day", archived: { not: "made from the rest" } },
  { name: "limiter", holds: null, because: "counts by account and key id; gone within minutes", archived: { not: "counts of the moment" } },
];

/** R2 keys of a tenant begin so; the names are those above. */
export const prefixesOf = (tenant: string): string[] => ["values", "payloads", "sources", "bundles", "maps"].map((name) => `${name}/${tenant}/`);

export const exportPrefix = (tenant: string, job = ""): string => `exports/${tenant}/${job === "" ? "" : `${job}/`}`;
