/**
 * Which ends of executions somebody listens to: the tenant's hub makes events of those alone.
 * Call {@link refreshInterest} after whatever changes the answer; the sweep does it again.
 * @module
 */
import { errorMessage } from "../../db/error-message.ts";
import { eq, gte, lt, and, type SQL } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import { eventTriggers, eventWaits } from "../../db/schema/events.ts";
import { webhookSubscriptions } from "../../db/schema/webhooks.ts";
import { type TenantDb, tenantDb } from "../../db/tenant-db.ts";
import { objectsOf } from "../domain/ports.ts";
import type { Env } from "../env.ts";

const prefix = "execution.";
const ends = ["execution.completed", "execution.failed", "execution.cancelled"];
/** `/` follows `.`: a range is an index search. */
export const isAboutExecutions = (type: SQLiteColumn): SQL | undefined => and(gte(type, prefix), lt(type, "execution/"));

/** Who listens to what; `*` and `execution.*` stand for all of them. */
const listeners: ReadonlyArray<(db: TenantDb) => Promise<string[]>> = [
  async (db) => (await db.select(eventTriggers, { where: isAboutExecutions(eventTriggers.type) })).map(({ type }) => type),
  async (db) => (await db.select(eventWaits, { where: isAboutExecutions(eventWaits.type), limit: 1_000 })).map(({ type }) => type),
  async (db) => (await db.select(webhookSubscriptions, { where: eq(webhookSubscriptions.active, true) })).flatMap(({ event_types }) => event_types),
];

/** Ends from now on become events when somebody listens to them. */
export async function refreshInterest(env: Env, tenant: string): Promise<void> {
  const db = tenantDb(env.DB, tenant);
  const asked = new Set((await Promise.all(listeners.map((ask) => ask(db)))).flat());
  const all = asked.has("*") || asked.has("execution.*");
  await objectsOf(env).hub(tenant).listen(ends.filter((type) => all || asked.has(type)));
}

/** The same where a failure must not undo what was done: the sweep makes it good within the hour. */
export async function refreshInterestSoon(env: Env, tenant: string): Promise<void> {
  await refreshInterest(env, tenant).catch((error: unknown) => console.warn(JSON.stringify({ level: "warn", event: "interest.stale", tenant, message: errorMessage(error), consequence: "ends of executions become events again within the hour" })));
}

/** A step has begun to wait for events of these types. */
export async function heedWait(env: Env, tenant: string, types: readonly string[]): Promise<void> {
  if (types.some((type) => type.startsWith(prefix))) await refreshInterest(env, tenant);
}
