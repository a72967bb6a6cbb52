/** What people are asked and told: see places.ts. */
import { eq, getTableName, or, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import { approvalDelegations, approvals, approvalVotes } from "../../../db/schema/approvals.ts";
import { notificationPreferences, notifications } from "../../../db/schema/notifications.ts";
import type { Place } from "./place.ts";
import { type Subject, textsOf } from "./subject.ts";

const byUser = (subject: Subject): string => subject.userId ?? "";
/** Where one of these texts has the address, or a name or number that is looked for. */
const mention = (subject: Subject, ...columns: SQLiteColumn[]) =>
  or(...textsOf(subject).map((text) => sql`instr(lower(${sql.join(columns.map((column) => sql`coalesce(${column}, '')`), sql` || ' ' || `)}), ${text.toLowerCase()}) > 0`)) ?? sql`false`;
/** Titles and descriptions are the workflow's; where they mention the person, they go. */
const mentioned = (subject: Subject) => mention(subject, approvals.title, approvals.description, approvals.comment, approvals.asked);
const told = (subject: Subject) => eq(notifications.user_id, byUser(subject));
const toldOf = (subject: Subject) => mention(subject, notifications.title, notifications.body);
const decidedBy = (subject: Subject) => eq(approvals.decided_by, byUser(subject));
const votesOf = (subject: Subject) => or(eq(approvalVotes.voter, byUser(subject)), eq(approvalVotes.seat, byUser(subject)));
const delegations = (subject: Subject) => or(eq(approvalDelegations.user_id, byUser(subject)), eq(approvalDelegations.to_user, byUser(subject)));

export const askedPlaces: readonly Place[] = [
  {
    name: getTableName(approvals),
    table: approvals,
    holds: "requests for approval that mention the address, or that the person decided",
    rows: ({ db }, subject) => db.select(approvals, { where: or(mentioned(subject), decidedBy(subject)) }),
    erase: ({ db }, subject) => [
      db.update(approvals, { comment: null }, decidedBy(subject)),
      db.update(approvals, { title: "[erased]", description: null, comment: null, asked: sql`replace(lower(${approvals.asked}), ${subject.email}, '[erased]')` }, mentioned(subject)),
    ],
    archived: { missing: {} },
  },
  {
    name: getTableName(approvalVotes),
    table: approvalVotes,
    holds: "decisions of the person, with comment and answers; that there was one stays, by an id that means nobody",
    rows: ({ db }, subject) => db.select(approvalVotes, { where: votesOf(subject) }),
    erase: ({ db }, subject) => [db.update(approvalVotes, { comment: null, answers: null }, or(eq(approvalVotes.voter, byUser(subject)), mention(subject, approvalVotes.comment, approvalVotes.answers)))],
    archived: { missing: {} },
  },
  {
    name: getTableName(approvalDelegations),
    table: approvalDelegations,
    holds: "who decides in the person's place, and in whose place they do",
    rows: ({ db }, subject) => db.select(approvalDelegations, { where: delegations(subject) }),
    erase: ({ db }, subject) => [db.delete(approvalDelegations, delegations(subject))],
    archived: { missing: {} },
  },
  {
    name: getTableName(notifications),
    table: notifications,
    holds: "what the person was told, and what others were told that mentions them",
    rows: ({ db }, subject) => db.select(notifications, { where: or(told(subject), toldOf(subject)) }),
    erase: ({ db }, subject) => [db.delete(notifications, told(subject)), db.update(notifications, { title: "[erased]", body: null }, toldOf(subject))],
    archived: { missing: {} },
  },
  {
    name: getTableName(notificationPreferences),
    table: notificationPreferences,
    holds: "what the person wants to be told",
    rows: ({ db }, subject) => db.select(notificationPreferences, { where: eq(notificationPreferences.user_id, byUser(subject)) }),
    erase: ({ db }, subject) => [db.delete(notificationPreferences, eq(notificationPreferences.user_id, byUser(subject)))],
    archived: { missing: {} },
  },
];
