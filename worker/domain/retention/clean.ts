/**
 * What is older than a tenant keeps it goes: by its setting `retention_months`, payloads of
 * webhooks also by its plan. The cron calls this; a pass over all tenants is spread over as
 * many calls as it takes, and begins anew an hour after it ended.
 *
 * Each part deletes a bounded number of things, objects before the rows that name them: a
 * crash in between leaves nothing that the next call does not find.
 * @module
 */
import { and, asc, eq, inArray, isNotNull, lt, ne, or, type SQL } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import { among } from "../../../db/among.ts";
import { batch } from "../../../db/batch.ts";
import { firstIdAt, newId } from "../../../db/ids.ts";
import { claimRetention, saveRetention, tenantFrom } from "../../../db/privacy-jobs.ts";
import { approvals, approvalVotes } from "../../../db/schema/approvals.ts";
import { auditEvents } from "../../../db/schema/audit-events.ts";
import { deadLetterDiscards, replayJobs } from "../../../db/schema/dead-letters.ts";
import { hookDeliveries } from "../../../db/schema/hook-deliveries.ts";
import { hookSamples } from "../../../db/schema/hooks.ts";
import type { JsonObject } from "../../../db/schema/json.ts";
import { mails } from "../../../db/schema/mails.ts";
import { mergeMoves, merges } from "../../../db/schema/merges.ts";
import { moveJobs, moves } from "../../../db/schema/moves.ts";
import { notifications } from "../../../db/schema/notifications.ts";
import { privacyReceipts } from "../../../db/schema/privacy.ts";
import { invitations, oneTimeTokens, sessions } from "../../../db/schema/sessions.ts";
import { webhookDeliveries } from "../../../db/schema/webhooks.ts";
import { tenantDb, type TenantDb, type TenantTable } from "../../../db/tenant-db.ts";
import type { TenantRow } from "../../../db/tenants.ts";
import { limitsOf } from "../../auth/plans.ts";
import type { Env } from "../../env.ts";
import { removeOldAttachments } from "../attachments/remove.ts";
import { removeLeftAttachments } from "../emails/attachments.ts";
import { objectsOf } from "../ports.ts";
import { oldEvents, oldWaitsAndResults } from "./events.ts";
import { oldImports } from "./imports.ts";
import { added } from "../privacy/job.ts";
import { settingsOf } from "../tenants/settings.ts";

const leaseMs = 5 * 60_000;
const pauseMs = 3_600_000;
/** Things that one call deletes at most, about; tenants it looks at. */
const mostThings = 400;
const mostTenants = 50;
const atOnce = 100;

interface Cleaning {
  env: Env;
  db: TenantDb;
  now: number;
  /** What began before then goes. */
  before: number;
  payloadsBefore: number;
}

/** Deletes up to a hundred. @returns how many went, by place */
type Part = (cleaning: Cleaning) => Promise<Record<string, number>>;

const parts: readonly Part[] = [
  executions,
  payloads,
  // Payloads go no later: the body of a row that goes has gone already.
  aged("hook_deliveries", hookDeliveries, ({ before }) => lt(hookDeliveries.id, firstIdAt(before)), hookDeliveries.id),
  aged("hook_samples", hookSamples, ({ now }) => lt(hookSamples.listen_until, now - 86_400_000), hookSamples.path),
  aged("webhook_deliveries", webhookDeliveries, ({ before }) => and(lt(webhookDeliveries.created_at, before), ne(webhookDeliveries.status, "pending")), webhookDeliveries.id),
  aged("replay_jobs", replayJobs, ({ before }) => and(lt(replayJobs.id, firstIdAt(before)), eq(replayJobs.status, "completed")), replayJobs.id),
  aged("dead_letter_discards", deadLetterDiscards, ({ before }) => lt(deadLetterDiscards.discarded_at, before), deadLetterDiscards.item_id),
  aged("approval_votes", approvalVotes, ({ before }) => lt(approvalVotes.at, before), approvalVotes.approval_id),
  aged("approvals", approvals, ({ before }) => and(lt(approvals.created_at, before), ne(approvals.status, "pending")), approvals.id),
  aged("notifications", notifications, ({ before }) => lt(notifications.id, firstIdAt(before)), notifications.id),
  oldEvents,
  oldWaitsAndResults,
  oldImports,
  aged("audit_events", auditEvents, ({ before }) => lt(auditEvents.id, firstIdAt(before)), auditEvents.id),
  // What is that old cannot be taken apart again; who asks for a merged record is still told where it is.
  aged("merge_moves", mergeMoves, ({ before }) => lt(mergeMoves.merge_id, firstIdAt(before)), mergeMoves.merge_id),
  aged("moves", moves, ({ before }) => lt(moves.id, firstIdAt(before)), moves.id),
  aged("move_jobs", moveJobs, ({ before }) => lt(moveJobs.id, firstIdAt(before)), moveJobs.id),
  aged("merges", merges, ({ before }) => and(lt(merges.id, firstIdAt(before)), inArray(merges.status, ["done", "undone"])), merges.id),
  aged("mails", mails, ({ before }) => lt(mails.created_at, before), mails.id),
  removeLeftAttachments,
  removeOldAttachments,
  aged("sessions", sessions, ({ before }) => or(lt(sessions.expires_at, before), lt(sessions.revoked_at, before)), sessions.id),
  aged("invitations", invitations, ({ before }) => lt(invitations.expires_at, before), invitations.id),
  aged("one_time_tokens", oneTimeTokens, ({ before }) => lt(oneTimeTokens.expires_at, before), oneTimeTokens.hash),
];

/** As many calendar months earlier; the 31st becomes the last day of a shorter month. */
export function monthsBefore(now: number, months: number): number {
  const then = new Date(now);
  const day = then.getUTCDate();
  then.setUTCDate(1);
  then.setUTCMonth(then.getUTCMonth() - months);
  const lastDay = new Date(Date.UTC(then.getUTCFullYear(), then.getUTCMonth() + 1, 0)).getUTCDate();
  then.setUTCDate(Math.min(day, lastDay));
  return then.getTime();
}

/** For the cron. Does nothing when a pass is under way elsewhere, or ended less than an hour ago. */
export async function cleanByAge(env: Env, now: number): Promise<void> {
  const state = await claimRetention(env.DB, now, now + leaseMs);
  if (!state) return;
  let { tenant_id: done, counts } = state;
  let things = 0;
  for (let tenants = 0; tenants < mostTenants && things < mostThings; tenants++) {
    const tenant = await tenantFrom(env.DB, done);
    if (!tenant) {
      await batch(env.DB, [saveRetention(env.DB, { tenant_id: "", counts: {}, next_at: now + pauseMs })]);
      return;
    }
    const went = await cleanOnce(cleaningOf(env, tenant, now));
    const total = Object.values(went).reduce((sum, count) => sum + count, 0);
    things += total;
    counts = added(counts, went);
    // There may be more of this tenant: it is looked at again.
    if (total > 0) await batch(env.DB, [saveRetention(env.DB, { counts })]);
    else {
      await finish(env, tenant, counts, now);
      [done, counts] = [tenant.id, {}];
    }
  }
  await batch(env.DB, [saveRetention(env.DB, { next_at: now })]);
}

function cleaningOf(env: Env, tenant: TenantRow, now: number): Cleaning {
  const months = settingsOf(tenant).retention_months;
  const payloadMonths = Math.min(months, limitsOf(tenant).payload_retention_months ?? months);
  return { env, db: tenantDb(env.DB, tenant.id), now, before: monthsBefore(now, months), payloadsBefore: monthsBefore(now, payloadMonths) };
}

async function cleanOnce(cleaning: Cleaning): Promise<Record<string, number>> {
  const went: Record<string, number> = {};
  for (const part of parts) for (const [name, count] of Object.entries(await part(cleaning))) went[name] = (went[name] ?? 0) + count;
  return went;
}

/** A receipt, when anything went. */
async function finish(env: Env, { id }: TenantRow, counts: JsonObject, now: number): Promise<void> {
  const receipt = { id: newId(now), kind: "retention" as const, subject_hash: null, actor_id: null, counts, left: [], created_at: now, completed_at: now };
  const said = Object.keys(counts).length > 0 ? [tenantDb(env.DB, id).insert(privacyReceipts, receipt)] : [];
  await batch(env.DB, [saveRetention(env.DB, { tenant_id: id, counts: {} }), ...said]);
}

/** The object before its line in the index, which is how it is found. */
async function executions({ env, db, before }: Cleaning): Promise<Record<string, number>> {
  const objects = objectsOf(env);
  const hub = objects.hub(db.tenant);
  const ids = await hub.endedBefore(before, atOnce / 2);
  for (const id of ids) {
    const { objects: values } = await env.BLOBS.list({ prefix: `values/${db.tenant}/${id}/` });
    if (values.length > 0) await env.BLOBS.delete(values.map(({ key }) => key));
    await objects.execution(db.tenant, id).erase(db.tenant, id);
  }
  if (ids.length > 0) await hub.forget(ids);
  return { executions: ids.length };
}

async function payloads({ env, db, payloadsBefore }: Cleaning): Promise<Record<string, number>> {
  const rows = await db.select(hookDeliveries, { where: and(lt(hookDeliveries.id, firstIdAt(payloadsBefore)), isNotNull(hookDeliveries.payload_key)), orderBy: asc(hookDeliveries.id), limit: atOnce });
  if (rows.length === 0) return {};
  await env.BLOBS.delete(rows.flatMap(({ payload_key }) => payload_key ?? []));
  await db.batch([db.update(hookDeliveries, { payload_key: null, headers: null }, among(hookDeliveries.id, rows.map(({ id }) => id)))]);
  return { payloads: rows.length };
}

function aged(name: string, table: TenantTable, where: (cleaning: Cleaning) => SQL | undefined, id: SQLiteColumn): Part {
  return async (cleaning) => {
    const rows = await cleaning.db.select(table, { where: where(cleaning), orderBy: asc(id), limit: atOnce });
    if (rows.length === 0) return {};
    const ids = rows.map((row) => String((row as Record<string, unknown>)[id.name]));
    return { [name]: await cleaning.db.remove(table, among(id, ids)) };
  };
}
