/** Reminders and calendars of tasks, and files of records: see places.ts. */
import { eq, getTableName, or, sql } from "drizzle-orm";
import { attachments } from "../../../db/schema/attachments.ts";
import { calendarFeeds, taskReminders } from "../../../db/schema/tasks.ts";
import type { Place } from "./place.ts";
import { type Subject, textsOf } from "./subject.ts";

const feedsOf = ({ userId }: Subject) => eq(calendarFeeds.user_id, userId ?? "");
const named = (subject: Subject) => or(...textsOf(subject).map((text) => sql`instr(lower(${attachments.name}), ${text.toLowerCase()}) > 0`)) ?? sql`false`;

export const taskPlaces: readonly Place[] = [
  { name: getTableName(taskReminders), table: taskReminders, holds: null, because: "ids of tasks, and when somebody is told of them", archived: { missing: {} } },
  {
    name: getTableName(calendarFeeds),
    table: calendarFeeds,
    holds: "secret links to the person's calendar",
    rows: async ({ db }, subject) => (await db.select(calendarFeeds, { where: feedsOf(subject) })).map(({ id, user_id, name, scope, created_at }) => ({ id, user_id, name, scope, created_at })),
    erase: ({ db }, subject) => [db.delete(calendarFeeds, feedsOf(subject))],
    archived: { not: "their links lead to where they were made" },
  },
  {
    name: getTableName(attachments),
    table: attachments,
    holds: "names of files that mention the person; what is in the files is not searched: they are seen, and deleted, with their records",
    rows: ({ db }, subject) => db.select(attachments, { where: named(subject) }),
    erase: ({ db }, subject) => [db.update(attachments, { name: "[erased]" }, named(subject))],
    archived: { missing: {} },
  },
];
