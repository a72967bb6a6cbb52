/**
 * How much a tenant has of what plans limit. The counts are SQL, so that a change can be made
 * only if there is room for it, and read together: for both the tenant is named by the caller,
 * who has it from an actor.
 * @module
 */
import { and, eq, gt, isNotNull, isNull, or, sql, type SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { apiKeys } from "./schema/api-keys.ts";
import { attachments } from "./schema/attachments.ts";
import { hookDeliveries } from "./schema/hook-deliveries.ts";
import { firstIdAt } from "./ids.ts";
import { mails } from "./schema/mails.ts";
import { memberships } from "./schema/memberships.ts";
import { invitations } from "./schema/sessions.ts";
import { workflows } from "./schema/workflows.ts";

export type Counted = "workflows" | "users" | "api_keys" | "emails_per_day";

const countOf = (table: SQLiteTable, where: SQL | undefined): SQL<number> => sql<number>`(select count(*) from ${table} where ${where})`;

export function openInvitations(tenant: string, now: number, where?: SQL): SQL<number> {
  return countOf(invitations, and(eq(invitations.tenant_id, tenant), isNull(invitations.accepted_at), isNull(invitations.revoked_at), gt(invitations.expires_at, now), where));
}

const dayMs = 86_400_000;

/** Workflows that are switched on; active members and open invitations; keys that open something; mails sent within a day. */
export function countedBy(tenant: string, now: number): Record<Counted, SQL<number>> {
  return {
    workflows: countOf(workflows, and(eq(workflows.tenant_id, tenant), eq(workflows.is_active, true))),
    users: sql<number>`(${countOf(memberships, and(eq(memberships.tenant_id, tenant), eq(memberships.status, "active")))} + ${openInvitations(tenant, now)})`,
    api_keys: countOf(apiKeys, and(eq(apiKeys.tenant_id, tenant), isNull(apiKeys.revoked_at), or(isNull(apiKeys.expires_at), gt(apiKeys.expires_at, now)))),
    emails_per_day: countOf(mails, and(eq(mails.tenant_id, tenant), eq(mails.kind, "tenant"), gt(mails.id, firstIdAt(now - dayMs)))),
  };
}

/** Bytes of kept webhook payloads, and of files of records. */
export function storedBy(tenant: string): SQL<number> {
  const payloads = sql`(select coalesce(sum(${hookDeliveries.bytes}), 0) from ${hookDeliveries} where ${and(eq(hookDeliveries.tenant_id, tenant), isNotNull(hookDeliveries.payload_key))})`;
  return sql<number>`(${payloads} + (select coalesce(sum(${attachments.bytes}), 0) from ${attachments} where ${eq(attachments.tenant_id, tenant)}))`;
}

export type Counts = Record<Counted | "storage_bytes", number>;

export async function readCounts(d1: D1Database, tenant: string, now: number): Promise<Counts> {
  const [row] = await drizzle(d1)
    .select({ ...countedBy(tenant, now), storage_bytes: storedBy(tenant) })
    .from(sql`(select 1)`);
  return row ?? { workflows: 0, users: 0, api_keys: 0, emails_per_day: 0, storage_bytes: 0 };
}
