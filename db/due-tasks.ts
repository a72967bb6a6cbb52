/**
 * Reminders of tasks whose time has come, whosesoever they are: the sweep goes over all tenants
 * and opens each one's rows through tenantDb from there.
 * @module
 */
import { asc, lte } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { taskReminders } from "./schema/tasks.ts";

export function listDueReminders(d1: D1Database, now: number, limit: number): Promise<(typeof taskReminders.$inferSelect)[]> {
  return drizzle(d1).select().from(taskReminders).where(lte(taskReminders.at, now)).orderBy(asc(taskReminders.at)).limit(limit);
}
