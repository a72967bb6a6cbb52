/**
 * What events mean to people: who of a tenant is told of them. Being told twice of one event is
 * being told once, so that an event may be dispatched again.
 * @module
 */
import { and, eq, or } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { listMembers } from "../../../db/members.ts";
import { memberships } from "../../../db/schema/memberships.ts";
import { notificationPreferences, notifications as rows } from "../../../db/schema/notifications.ts";
import { tenantDb, type TenantDb } from "../../../db/tenant-db.ts";
import type { OutboxEvent } from "../../../durable-objects/dispatcher/contract.ts";
import { decidedText, expiredText } from "../../domain/approvals/texts.ts";
import { announceNotifications, type Notice, notify } from "../../domain/notifications/notify.ts";
import { defaultsFor, type NotificationTypeName } from "../../domain/notifications/types.ts";
import { noticeText, type Noted } from "../../domain/notifications/texts.ts";
import type { Env } from "../../env.ts";
import { assignedNotice } from "./assigned.ts";
import { importedNotice } from "./imported.ts";
import type { Sink } from "./sink.ts";

/** So many people are told of one event. */
const mostTold = 500;

export const notifications: Sink = async (env, event) => {
  const now = Date.now();
  const db = tenantDb(env.DB, event.tenant_id);
  const notice = await noticeOf(env, db, event);
  if (!notice || notice.to.length === 0) return;
  const told = await notify({ env, db, now }, notice);
  if (told.statements.length === 0) return;
  await db.batch(told.statements);
  const after: Promise<unknown>[] = [];
  announceNotifications({ env, db, now, waitUntil: (work) => void after.push(work) }, { ...told, mailed: false });
  await Promise.allSettled(after);
};

/** Events that whoever looks after the tenant hears of: what in their data says what it is about, and why. */
const forManagers: Readonly<Record<string, { type: Noted; what: string; why: string; link: (id: string) => `/${string}`; record: string; id: string }>> = {
  "execution.failed": { type: "execution.failed", what: "workflow_id", why: "error_message", link: (id) => `/executions/${id}`, record: "execution", id: "execution_id" },
  "webhook.disabled": { type: "webhook.disabled", what: "url", why: "reason", link: (id) => `/webhooks/${id}`, record: "webhook", id: "webhook_id" },
  "mail.failed": { type: "mail.failed", what: "mail_id", why: "error", link: (id) => `/emails/${id}`, record: "mail", id: "mail_id" },
  "dead_letter.created": { type: "dead_letter.created", what: "kind", why: "error", link: () => "/dead-letters", record: "dead_letter", id: "id" },
};

/** Null for what nobody is told of. */
async function noticeOf(env: Env, db: TenantDb, event: OutboxEvent): Promise<Notice | null> {
  const { data } = event;
  const text = (name: string): string => (typeof data[name] === "string" ? data[name] : "");
  const common = { key: event.id, at: event.occurred_at };
  if (event.type === "approval.decided" || event.type === "approval.expired") {
    const id = text("approval_id");
    const to = (await askedFor(env, db, id)).filter((person) => person.id !== data["decided_by"]);
    const said = (locale: string) => (event.type === "approval.expired" ? expiredText(locale, text("title")) : decidedText(locale, text("title"), data["decision"] === "rejected" ? "rejected" : "approved"));
    return { ...common, type: event.type, to, text: said, link: `/approvals/${id}`, record: { type: "approval", id } };
  }
  const known = Object.hasOwn(forManagers, event.type) ? forManagers[event.type] : undefined;
  if (!known) return (await assignedNotice(env, event)) ?? importedNotice(env, event);
  const id = text(known.id);
  return { ...common, type: known.type, to: await interested(env, db, known.type), text: (locale) => noticeText(locale, known.type, { what: text(known.what), why: text(known.why) }), link: known.link(id), record: { type: known.record, id } };
}

/** Whoever was told that they are asked. */
async function askedFor(env: Env, db: TenantDb, approvalId: string) {
  const told = await db.select(rows, { where: and(eq(rows.record_type, "approval"), eq(rows.record_id, approvalId), eq(rows.type, "approval.requested")), limit: mostTold });
  return told.length === 0 ? [] : listMembers(env.DB, db.tenant, { where: and(eq(memberships.status, "active"), among(memberships.user_id, told.map(({ user_id }) => user_id))), limit: mostTold });
}

/** Those who chose to hear of it, and those who are told unless they chose otherwise. */
async function interested(env: Env, db: TenantDb, type: NotificationTypeName) {
  const chosen = await db.select(notificationPreferences, { where: eq(notificationPreferences.type, type) });
  const wants = new Map(chosen.map(({ user_id, in_app, email }) => [user_id, in_app || email]));
  const roles = ["admin", "manager"].filter((role) => Object.values(defaultsFor(type, role)).includes(true));
  const asked = chosen.flatMap(({ user_id, in_app, email }) => (in_app || email ? [user_id] : []));
  const candidates = await listMembers(env.DB, db.tenant, { where: and(eq(memberships.status, "active"), or(among(memberships.role, roles), among(memberships.user_id, asked))), limit: mostTold });
  return candidates.filter(({ id }) => wants.get(id) ?? true);
}
