/**
 * Types of events that a tenant knows. A search that leaps from one type to the next, which
 * tenantDb cannot say: events are many, and their types few.
 * @module
 */
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

/** Of events that happened, and of those that workflows listen to; by name. */
export async function eventTypesOf(d1: D1Database, tenant: string, limit: number): Promise<string[]> {
  const rows = await drizzle(d1).all<{ type: string }>(sql`
    with recursive seen (type) as (
      select min(type) from events where tenant_id = ${tenant}
      union all
      select (select min(type) from events where tenant_id = ${tenant} and type > seen.type) from seen where seen.type is not null limit ${limit}
    )
    select type from seen where type is not null
    union
    select type from event_triggers where tenant_id = ${tenant}
    order by type limit ${limit}`);
  return rows.map(({ type }) => type);
}
