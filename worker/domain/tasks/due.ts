/**
 * Tells people of their tasks when it is time. The cron calls it; event, notification and the
 * end of the reminder are one transaction, which only one of two calls at once gets to make.
 * @module
 */
import { and, eq } from "drizzle-orm";
import { listDueReminders } from "../../../db/due-tasks.ts";
import { listMembers } from "../../../db/members.ts";
import { memberships } from "../../../db/schema/memberships.ts";
import type { JsonObject } from "../../../db/schema/json.ts";
import { type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import { taskReminders } from "../../../db/schema/tasks.ts";
import { type TenantDb, tenantDb } from "../../../db/tenant-db.ts";
import { task } from "../../../sdk/schema/crm/task/index.ts";
import type { Env } from "../../env.ts";
import { dispatchSoon, emit } from "../../events/emit.ts";
import { iso } from "../context.ts";
import { locale as ours, type Locale } from "../mails/texts.ts";
import { announceNotifications, notify } from "../notifications/notify.ts";
import { plainView } from "../records/values.ts";
import { isOpen } from "./reminders.ts";

/** Of one call. */
const most = 500;

type Reminder = typeof taskReminders.$inferSelect;

interface DueContext {
  env: Env;
  db: TenantDb;
  now: number;
  waitUntil(work: Promise<unknown>): void;
}

/** @throws AggregateError after all were tried */
export async function tellDueTasks(env: Env, now: number, waitUntil: (work: Promise<unknown>) => void): Promise<void> {
  const failures: unknown[] = [];
  for (const reminder of await listDueReminders(env.DB, now, most)) {
    await tell({ env, db: tenantDb(env.DB, reminder.tenant_id), now, waitUntil }, reminder).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw new AggregateError(failures, `telling of tasks that are due failed: ${failures.map(String).join("; ")}`);
}

async function tell(ctx: DueContext, { task_id, at }: Reminder): Promise<void> {
  const { db } = ctx;
  const table = recordTable(task);
  const row = (await db.first(table, eq(table.id, task_id))) as RecordRow | null;
  const mine = and(eq(taskReminders.task_id, task_id), eq(taskReminders.at, at));
  const over = db.delete(taskReminders, mine);
  if (!row || !isOpen(row)) return db.batch([over]);
  const told = await noticeOf(ctx, row, at);
  const said = emit({ ...ctx, actor: { kind: "system" } }, { type: "task.due", data: plainView(task, row) as JsonObject & { id: string }, record: { type: task.kind, id: row.id } });
  if (!(await db.batchIf(db.exists(taskReminders, mine), [over, said, ...told.statements]))) return;
  announceNotifications(ctx, told);
  dispatchSoon(ctx);
}

async function noticeOf(ctx: DueContext, row: RecordRow, at: number) {
  const { env, db } = ctx;
  const assignee = row["assignee_id"];
  const to = typeof assignee === "string" ? await listMembers(env.DB, db.tenant, { where: and(eq(memberships.user_id, assignee), eq(memberships.status, "active")), limit: 1 }) : [];
  const due = (row["due_at"] ?? row["starts_at"]) as number | null;
  const text = (language: string) => ({ title: titleIn(language, String(row["title"])), body: due === null ? null : whenIn(language, due, String(row["timezone"])) });
  return notify(ctx, { type: "task.due", to, key: `${row.id}:${at}`, at: ctx.now, text, link: `/tasks/${row.id}`, record: { type: task.kind, id: row.id } });
}

const titles: Readonly<Record<Locale, (task: string) => string>> = {
  en: (what) => `It is time for: ${what}`,
  es: (what) => `Es hora de: ${what}`,
  pt: (what) => `Está na hora de: ${what}`,
};

function titleIn(language: string, what: string): string {
  const known = ours.safeParse(language.slice(0, 2));
  return titles[known.success ? known.data : "en"](what);
}

/** In the task's own zone. */
function whenIn(language: string, ms: number, timeZone: string): string {
  const known = ours.safeParse(language.slice(0, 2));
  try {
    return new Intl.DateTimeFormat(known.success ? known.data : "en", { dateStyle: "full", timeStyle: "short", timeZone }).format(ms);
  } catch {
    return iso(ms);
  }
}
