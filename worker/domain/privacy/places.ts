/**
 * Every place where the platform keeps something: each table of db/schema and each kind of
 * object. A place says what it holds of people, how that is found, exported and erased, or
 * why it holds nothing; and how it goes into a tenant's archive. A test compares the list with
 * db/schema, so that a new table cannot be forgotten. docs/platform.md shows it to people.
 *
 * The order is that of references: whoever is referred to comes first.
 * @module
 */
import type { Place } from "./place.ts";
import { askedPlaces } from "./places-asked.ts";
import { importPlaces } from "./places-imports.ts";
import { personalPlaces } from "./places-people.ts";
import { recordPlaces } from "./places-records.ts";
import { taskPlaces } from "./places-tasks.ts";
import { otherPlaces } from "./places-tenant.ts";

export const places: readonly Place[] = [...personalPlaces, ...askedPlaces, ...recordPlaces, ...importPlaces, ...otherPlaces, ...taskPlaces];

/** What else is kept, outside of tables. */
export const objectPlaces: readonly Place[] = [
  { name: "executions", holds: "inputs, outputs, steps, events and logs that mention the person", searched: true, archived: { missing: {} } },
  { name: "values", holds: "large values of executions, in R2", searched: true, archived: { missing: {} } },
  { name: "payloads", holds: "raw bodies of webhook deliveries that mention the person, in R2", searched: true, archived: { missing: {} } },
  { name: "attachments", holds: "files of records, in R2; go with their record or by hand", archived: { missing: {} } },
  { name: "mail attachments", holds: "files of mails, in R2; go with their mail", archived: { not: "like the mails" } },
  { name: "index", holds: "error messages of executions; follows their erasure", archived: { missing: {} } },
  { name: "sources", holds: null, because: "the tenant's code", archived: { missing: {} } },
  { name: "bundles", holds: null, because: "the tenant's code, guarded", archived: { missing: {} } },
  { name: "maps", holds: null, because: "source maps of the tenant's code", archived: { missing: {} } },
  { name: "exports", holds: "the files of exports; gone after a day", archived: { not: "made from the rest" } },
  { name: "imports", holds: "files of imports as they came, in R2; gone a month after the import", archived: { not: "made from elsewhere, and gone within a month" } },
  { name: "importer", holds: null, because: "which import it carries on", archived: { not: "work of the moment" } },
  { name: "scheduler", holds: null, because: "when schedules are due, and what came of them", archived: { not: "made from the rows" } },
  { name: "dispatcher", holds: null, because: "which tenant it is of; the index of executions keeps, for moments, what it has to tell", archived: { not: "work of the moment" } },
  { name: "flows", holds: "starts that wait their turn; they are in the index too, and found there", archived: { not: "the index says what waited" } },
  { name: "realtime", holds: null, because: "what sockets were told, for those who come back within minutes; gone within the hour, and with its tenant", archived: { not: "news of the moment" } },
  { name: "deliverer", holds: null, because: "the tenant's id, and when to send next", archived: { not: "work of the moment" } },
  { name: "limiter", holds: null, because: "counts by account and key id; gone within minutes", archived: { not: "counts of the moment" } },
];

/** R2 keys of a tenant begin so; the names are those above. */
export const prefixesOf = (tenant: string): string[] => ["values", "payloads", "sources", "bundles", "maps", "attachments"].map((name) => `${name}/${tenant}/`);

export const exportPrefix = (tenant: string, job = ""): string => `exports/${tenant}/${job === "" ? "" : `${job}/`}`;
