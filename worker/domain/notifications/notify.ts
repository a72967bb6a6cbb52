/**
 * Telling people something: rows of their notifications and mails, for the batch of the change
 * that they are about.
 *
 * @example
 * ```ts
 * const told = await notify(ctx, { type: "approval.requested", to, key: id, at: ctx.now, text, link: `/approvals/${id}`, record: { type: "approval", id } });
 * await ctx.db.batch([change, ...told.statements]);
 * announceNotifications(ctx, told); // to who looks on, and the mails on their way
 * ```
 * @module
 */
import { errorMessage } from "../../../db/error-message.ts";
import { and, eq } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { derivedId } from "../../../db/ids.ts";
import { notificationPreferences, notifications } from "../../../db/schema/notifications.ts";
import type { Statement, TenantDb } from "../../../db/tenant-db.ts";
import type { RealtimeMessage } from "../../../durable-objects/realtime/contract.ts";
import type { Env } from "../../env.ts";
import { realtimeOf } from "../../events/objects.ts";
import { sendMail } from "../mails/deliver.ts";
import { queueMail } from "../mails/queue.ts";
import { type Channels, defaultsFor, type NotificationTypeName } from "./types.ts";
import { type NotificationRow, viewNotification } from "./view.ts";

/** Somebody of the tenant, as db/members.ts reads them. */
export interface Recipient {
  id: string;
  email: string;
  role: string;
  /** Language of what they read. */
  locale: string;
}

export interface NotifyContext {
  env: Env;
  db: TenantDb;
  now: number;
}

export interface Notice {
  type: NotificationTypeName;
  to: readonly Recipient[];
  /** The ids follow from these two: who was told of this is not told again. */
  key: string;
  /** When it happened, ms. */
  at: number;
  text(locale: string): { title: string; body: string | null };
  /** Path in the application. */
  link: `/${string}` | null;
  record: { type: string; id: string } | null;
  /** The mail to somebody, where it says more than the notification, and what belongs with it; null: nobody is mailed. */
  mail?: ((recipient: Recipient) => Promise<{ subject: string; text: string; statements?: readonly Statement[] }>) | null;
}

export interface Told {
  /** For the batch of the change. */
  statements: readonly Statement[];
  /** For {@link announceNotifications}. */
  messages: readonly RealtimeMessage[];
  mailed: boolean;
  /** Whom it reaches. */
  reached: readonly string[];
}

/** Nobody is told what they do not want to hear. Who takes it by mail alone finds it among what they have read. */
export async function notify({ env, db, now }: NotifyContext, { type, to, key, at, text, link, record, mail }: Notice): Promise<Told> {
  const statements: Statement[] = [];
  const messages: RealtimeMessage[] = [];
  const reached: string[] = [];
  let mailed = false;
  const [channels, ids] = await Promise.all([channelsOf(db, type, to), idsOf(to, `${db.tenant}:${type}:${key}`, at)]);
  const known = new Set((to.length === 0 ? [] : await db.select(notifications, { where: among(notifications.id, [...ids.values()]) })).map(({ id }) => id));
  for (const recipient of to) {
    const id = ids.get(recipient.id) ?? "";
    const { in_app, email: wantsMail } = channels.get(recipient.id) ?? { in_app: false, email: false };
    const email = wantsMail && mail !== null;
    if (known.has(id) || !(in_app || email)) continue;
    known.add(id);
    const { title, body } = text(recipient.locale);
    const row: NotificationRow = { id, tenant_id: db.tenant, user_id: recipient.id, type, title: title.slice(0, 300), body: body?.slice(0, 2000) ?? null, link, record_type: record?.type ?? null, record_id: record?.id ?? null, read_at: in_app ? null : now, created_at: at };
    statements.push(db.insert(notifications, row));
    reached.push(recipient.id);
    if (in_app) messages.push({ topic: `notifications:${recipient.id}`, type: "notification.created", data: viewNotification(row) });
    if (!email) continue;
    mailed = true;
    const written = mail ? await mail(recipient) : { subject: title, text: `${[title, body, placeOf(env, link)].filter(Boolean).join("\n\n")}\n` };
    statements.push(queueMail({ env, now }, { to: recipient.email, tenantId: db.tenant, subject: written.subject, text: written.text }), ...(("statements" in written ? written.statements : undefined) ?? []));
  }
  return { statements, messages, mailed, reached };
}

/** Call it after the batch. What gets lost here is seen when the list is read, and sent by the cron. */
export function announceNotifications({ env, db, now, waitUntil }: NotifyContext & { waitUntil(work: Promise<unknown>): void }, { messages, mailed }: Pick<Told, "messages" | "mailed">): void {
  if (messages.length > 0) waitUntil(publish(env, db.tenant, messages));
  if (mailed) sendMail({ env, now, waitUntil });
}

async function publish(env: Env, tenant: string, messages: readonly RealtimeMessage[]): Promise<void> {
  try {
    await realtimeOf(env, tenant).publish(messages);
  } catch (error) {
    console.warn(JSON.stringify({ level: "warn", event: "notifications.not_published", tenant, message: errorMessage(error), consequence: "they are seen when the list is read" }));
  }
}

/** What each of them wants of a type. */
export async function channelsOf(db: TenantDb, type: NotificationTypeName, people: readonly Pick<Recipient, "id" | "role">[]): Promise<Map<string, Channels>> {
  if (people.length === 0) return new Map();
  const chosen = await db.select(notificationPreferences, { where: and(eq(notificationPreferences.type, type), among(notificationPreferences.user_id, people.map(({ id }) => id))) });
  const byUser = new Map(chosen.map(({ user_id, in_app, email }) => [user_id, { in_app, email }]));
  return new Map(people.map(({ id, role }) => [id, byUser.get(id) ?? defaultsFor(type, role)]));
}

async function idsOf(to: readonly Recipient[], key: string, at: number): Promise<Map<string, string>> {
  return new Map(await Promise.all(to.map(async ({ id }) => [id, await derivedId(at, `${key}:${id}`)] as const)));
}

/** Where to go, when people reach this installation at an address. */
export function placeOf({ PUBLIC_URL }: Pick<Env, "PUBLIC_URL">, link: string | null): string | null {
  return link !== null && PUBLIC_URL && URL.canParse(PUBLIC_URL) ? `${PUBLIC_URL.replace(/\/+$/, "")}${link}` : null;
}
