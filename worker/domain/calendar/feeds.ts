/**
 * Secret links under which calendar programs, which cannot sign in, fetch somebody's tasks. Of
 * the token in a link the SHA-256 is kept; what it shows is what its person may see when it is
 * fetched.
 * @module
 */
import { and, desc, eq } from "drizzle-orm";
import { z } from "zod";
import { findCalendarFeed } from "../../../db/calendar-feeds.ts";
import { newId } from "../../../db/ids.ts";
import { calendarFeeds } from "../../../db/schema/tasks.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import { task } from "../../../sdk/schema/crm/task/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { UserActor } from "../../auth/actor.ts";
import { roleOf } from "../../auth/authenticate.ts";
import { randomBytes, sha256, toBase64Url, toHex, utf8 } from "../../auth/bytes.ts";
import { can } from "../../auth/can.ts";
import { isMasked } from "../../auth/mask-fields.ts";
import { audited } from "../audit/record.ts";
import { iso, type PublicContext, type TenantContext } from "../context.ts";
import { placeOf } from "../notifications/notify.ts";
import { dayMs } from "../tasks/wall-clock.ts";
import { icalendarOf } from "./icalendar.ts";
import { occurrencesIn } from "./range.ts";

/** Feeds of one person at most. */
const mostFeeds = 20;
/** Whole days, so that it is the same until the next, unless a task is changed. */
const [daysBack, daysAhead] = [90, 400];

export const feedBody = z.strictObject({
  name: z.string().trim().min(1).max(100).default("Tasks").describe("What calendar programs call it"),
  scope: z.enum(["mine", "visible"]).default("mine").describe("`mine`: assigned to you; `visible`: all tasks that you may see"),
});

export const feedView = z.object({ id: z.string(), name: z.string(), scope: z.enum(["mine", "visible"]), created_at: z.string() });
export const newFeedView = feedView.extend({ path: z.string().describe("Path of the feed; shown once"), url: z.string().nullable().describe("The same with the address of this installation, where it has one") });
export const feedList = z.object({ data: z.array(feedView) });

type Feed = typeof calendarFeeds.$inferSelect;
const view = ({ id, name, scope, created_at }: Feed): z.infer<typeof feedView> => ({ id, name, scope, created_at: iso(created_at) });

/** Keys have no calendar: routes let people in alone. */
const ownerOf = ({ actor }: Pick<TenantContext, "actor">): string => (actor.kind === "user" ? actor.userId : "");

/** @throws PlatformError `conflict` for too many */
export async function createFeed({ ctx, input }: { ctx: TenantContext; input: z.output<typeof feedBody> }): Promise<z.infer<typeof newFeedView>> {
  const { db, env, now } = ctx;
  const user_id = ownerOf(ctx);
  if ((await db.count(calendarFeeds, eq(calendarFeeds.user_id, user_id))) >= mostFeeds) throw new PlatformError("conflict", `You have ${mostFeeds} calendar feeds: delete one that nothing fetches any more.`);
  const token = toBase64Url(randomBytes(32));
  const row = { id: newId(now), user_id, ...input, token_hash: await hashOf(token), created_at: now };
  await db.batch([db.insert(calendarFeeds, row), audited(ctx, { action: "calendar_feed.create", entityId: row.id, after: { user_id, ...input } })]);
  const path = `/api/v1/calendar/feeds/${token}.ics` as const;
  return { ...view({ ...row, tenant_id: db.tenant }), path, url: placeOf(env, path) };
}

export async function listFeeds({ ctx }: { ctx: TenantContext }): Promise<z.infer<typeof feedList>> {
  const rows = await ctx.db.select(calendarFeeds, { where: eq(calendarFeeds.user_id, ownerOf(ctx)), orderBy: desc(calendarFeeds.id), limit: mostFeeds });
  return { data: rows.map(view) };
}

/** The link opens nothing from then on. @throws PlatformError `not-found` */
export async function deleteFeed({ ctx, id }: { ctx: TenantContext; id: string }): Promise<void> {
  const { db } = ctx;
  const mine = and(eq(calendarFeeds.id, id), eq(calendarFeeds.user_id, ownerOf(ctx)));
  const row = await db.first(calendarFeeds, mine);
  if (!row) throw new PlatformError("not-found", `There is no calendar feed ${id}.`);
  await db.batch([db.delete(calendarFeeds, mine), audited(ctx, { action: "calendar_feed.delete", entityId: id, before: { user_id: row.user_id, name: row.name, scope: row.scope } })]);
}

const hashOf = async (token: string): Promise<string> => toHex(await sha256(token));
const notThere = () => new PlatformError("not-found", "There is no such calendar, or it is no longer shared.");

/**
 * @param name `<token>.ics`
 * @throws PlatformError `not-found` for what was never one, was deleted, or is of somebody who is no member now
 */
export async function calendarFile({ ctx, name }: { ctx: PublicContext; name: string }): Promise<{ file: { type: string; name: string; content: ReadableStream<Uint8Array> }; etag: string }> {
  const token = /^([\w-]{43})\.ics$/.exec(name)?.[1];
  const found = token === undefined ? null : await findCalendarFeed(ctx.env.DB, await hashOf(token));
  if (!found) throw notThere();
  const { feed, team_id } = found;
  const actor: UserActor = { kind: "user", tenantId: feed.tenant_id, userId: feed.user_id, sessionId: feed.id, method: "calendar", name: found.user_name, role: found.role, teamId: team_id, ...roleOf(found) };
  if (!can(actor, "tasks.read")) throw notThere();
  const today = Math.floor(ctx.now / dayMs) * dayMs;
  const range = { from: today - daysBack * dayMs, to: today + daysAhead * dayMs, ...(feed.scope === "mine" ? { assignee: feed.user_id } : {}) };
  const { found: occurrences } = await occurrencesIn({ db: tenantDb(ctx.env.DB, feed.tenant_id), access: actor }, range);
  const text = icalendarOf(occurrences, { name: feed.name, describes: !isMasked(actor, task.path, "description"), link: (id) => placeOf(ctx.env, `/tasks/${id}`) });
  const bytes = utf8(text);
  const etag = `"${toHex(await sha256(bytes)).slice(0, 32)}"`;
  return { file: { type: "text/calendar", name: "tasks.ics", content: new Blob([bytes]).stream() }, etag };
}
