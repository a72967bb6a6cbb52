import { eventTypesOf } from "../../../db/event-types.ts";
import { builtInEntries, catalogue, type CatalogueEntry } from "../../events/catalogue.ts";
import type { TenantContext } from "../context.ts";

const mostTypes = 1_000;

/** The platform's events, and the tenant's own: those that have happened, and those that workflows listen to. */
export async function getCatalogue({ ctx }: { ctx: TenantContext }): Promise<CatalogueEntry[]> {
  const types = await eventTypesOf(ctx.env.DB, ctx.tenant, mostTypes);
  const own = types.filter((type) => !catalogue.has(type)).map((type): CatalogueEntry => ({ type, title: type, record: null, built_in: false, schema: { type: "object" } }));
  return [...builtInEntries(), ...own];
}
