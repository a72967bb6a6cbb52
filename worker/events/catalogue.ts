/**
 * The events there are, with what they carry.
 * @module
 */
import { z } from "zod";
import { type EventType, eventCatalogue } from "../../sdk/schema/event-catalogue.ts";

/** Rooms with records of their own add theirs: `...recordEvents("contact", "Contact", schema)` in sdk/schema/event-catalogue.ts. */
export const catalogue: ReadonlyMap<string, EventType> = new Map(Object.entries<EventType>(eventCatalogue));

export const catalogueEntry = z.object({
  type: z.string(),
  title: z.string(),
  record: z.string().nullable().describe("Kind of the record it is about"),
  built_in: z.boolean().describe("False: one of the tenant's own, which carries what its publishers say"),
  schema: z.record(z.string(), z.json()).describe("JSON Schema of its data"),
});
export type CatalogueEntry = z.infer<typeof catalogueEntry>;

let builtIn: readonly CatalogueEntry[] | undefined;

export function builtInEntries(): readonly CatalogueEntry[] {
  return (builtIn ??= [...catalogue].map(([type, { title, record, data }]) => ({ type, title, record, built_in: true, schema: z.toJSONSchema(data) as CatalogueEntry["schema"] })));
}
