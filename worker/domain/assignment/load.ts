/**
 * How much somebody has to do: their open records of a kind, counted from an index that has
 * owner and status.
 * @module
 */
import { and, isNull } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { columnOf, recordTable } from "../../../db/schema/record-tables.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";

/** Statuses in which there is still something to do; of other kinds every record counts. */
const open: Readonly<Record<string, readonly string[]>> = {
  lead: ["new", "contacted", "qualified"],
  deal: ["open"],
  ticket: ["new", "assigned", "in_progress", "pending"],
  task: ["open", "in_progress"],
};

/** By user; who has none is left out. */
export async function loadOf(db: TenantDb, of: AnyEntity & { owner: string }, users: readonly string[]): Promise<Map<string, number>> {
  if (users.length === 0) return new Map();
  const table = recordTable(of);
  const statuses = open[of.kind];
  return db.countEach(table, columnOf(table, of.owner), users, and(statuses ? among(columnOf(table, "status"), statuses) : undefined, isNull(table.deleted_at)));
}
