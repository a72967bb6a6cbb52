/** Records of the CRM, and what goes with them: see places.ts. */
import { getTableName } from "drizzle-orm";
import { recordTable } from "../../../db/schema/record-tables.ts";
import { recordJobs } from "../../../db/schema/record-jobs.ts";
import { customFields, recordTransitions, recordValues, requestKeys, searchDocuments } from "../../../db/schema/records.ts";
import { allEntities } from "../../../sdk/schema/crm/index.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import type { Place } from "./place.ts";
import { opened, putBack } from "./records-archive.ts";

/** Fields by which a record is somebody's own: an address, at which it is reached. */
export const addressFields = (of: AnyEntity): string[] => Object.entries(of.fields).flatMap(([name, { type }]) => (type === "email" ? [name] : []));

function placeOf(of: AnyEntity): Place {
  const table = recordTable(of);
  return {
    name: getTableName(table),
    table,
    holds: addressFields(of).length > 0 ? "records with the person's address, and texts that mention them" : "texts that mention the person",
    searched: true,
    archived: { missing: {} },
    leaves: (vault, row) => opened(vault, of, row),
    arrives: (vault, row) => putBack(vault, of, row),
  };
}

export const recordPlaces: readonly Place[] = [
  { name: getTableName(customFields), table: customFields, holds: null, because: "what fields the tenant has added", archived: { missing: {} } },
  ...allEntities.map(placeOf),
  { name: getTableName(recordTransitions), table: recordTransitions, holds: null, because: "ids, statuses and times of records", archived: { missing: {} } },
  { name: getTableName(recordValues), table: recordValues, holds: "values that records are found by; follow the records", archived: { not: "made from the records" } },
  { name: getTableName(searchDocuments), table: searchDocuments, holds: "words that records are found by; follow the records", archived: { not: "made from the records" } },
  { name: getTableName(requestKeys), table: requestKeys, holds: null, because: "hashes of requests, and ids of what they made", archived: { not: "work of the moment" } },
  { name: getTableName(recordJobs), table: recordJobs, holds: null, because: "what is being changed in many records, and how far it is", archived: { missing: { next_at: 0 } } },
];
