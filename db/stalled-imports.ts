/**
 * Imports under way that nobody works on: the cron reminds their objects, whosesoever they are.
 * @module
 */
import { and, inArray, lt } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { imports } from "./schema/imports.ts";

/** Running or being undone, and not a chunk written since `before`. */
export function listStalledImports(d1: D1Database, before: number, limit: number): Promise<{ tenant: string; id: string }[]> {
  return drizzle(d1)
    .select({ tenant: imports.tenant_id, id: imports.id })
    .from(imports)
    .where(and(inArray(imports.status, ["running", "undoing"]), lt(imports.updated_at, before)))
    .limit(limit);
}
