/** Places that hold personal data of people as such: see places.ts. */
import { and, eq, getTableName, isNull, or, sql } from "drizzle-orm";
import { accountsIn, identitiesOf, platformMailsTo, recoveryCodesOf, removeIdentitiesOf, tokensOf } from "../../../db/personal-data.ts";
import { apiKeys } from "../../../db/schema/api-keys.ts";
import { auditEvents } from "../../../db/schema/audit-events.ts";
import { assignmentTimes } from "../../../db/schema/assignment.ts";
import { actionResults, events } from "../../../db/schema/events.ts";
import { hookDeliveries } from "../../../db/schema/hook-deliveries.ts";
import { hookSamples } from "../../../db/schema/hooks.ts";
import { mails } from "../../../db/schema/mails.ts";
import { memberships, teams } from "../../../db/schema/memberships.ts";
import { roles } from "../../../db/schema/roles.ts";
import { invitations, oneTimeTokens, sessions } from "../../../db/schema/sessions.ts";
import { ssoProviders } from "../../../db/schema/sso.ts";
import { tenants } from "../../../db/schema/tenants.ts";
import { webhookDeliveries } from "../../../db/schema/webhooks.ts";
import { encode } from "../../../sdk/schema/codec.ts";
import { isAmongRecipients } from "../mails/recipients.ts";
import type { Place } from "./place.ts";
import type { Subject } from "./subject.ts";

const nobody: Promise<object[]> = Promise.resolve([]);
const named = (table: Parameters<typeof getTableName>[0]): string => getTableName(table);

/** Rows without what opens something, or names somebody else. */
const without = async (rows: PromiseLike<object[]>, ...fields: string[]): Promise<object[]> => (await rows).map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !fields.includes(name))));

/** Ids of accounts are in rows of others too; only who is known here has one. */
const byUser = (subject: Subject): string => subject.userId ?? "";

const toSubject = ({ email }: Subject) => isAmongRecipients(email);
/** Of a registration there is no account yet: the address is in the data. */
const ofSubject = (subject: Subject) => or(eq(oneTimeTokens.user_id, byUser(subject)), sql`lower(json_extract(${oneTimeTokens.data}, '$.email')) = ${subject.email}`);

const mentions = (email: string) => sql`instr(lower(${actionResults.result}), ${email}) > 0`;

export const personalPlaces: readonly Place[] = [
  { name: named(tenants), holds: null, because: "the tenant's name and settings", archived: { missing: {} } },
  {
    name: "users",
    holds: "address, name, language; the account goes when no other tenant knows it",
    rows: ({ d1 }, { userId }) => (userId === null ? nobody : accountsIn(d1, [userId])),
    archived: { missing: { password_hash: null, mfa_secret: null, mfa_enabled_at: null, mfa_last_step: null } },
  },
  { name: "recovery_codes", holds: "hashes, one use each; go with the account", rows: ({ d1 }, { userId, onlyHere }) => (userId === null || !onlyHere ? nobody : recoveryCodesOf(d1, userId)), archived: { not: "they open an account" } },
  { name: "sign_in_failures", holds: "counts of attempts by the hash of the address; go with the account, or by themselves after a day", archived: { not: "counts of the moment" } },
  { name: named(roles), table: roles, holds: null, because: "lists of permissions", archived: { missing: {} } },
  { name: named(teams), table: teams, holds: null, because: "names of teams", archived: { missing: {} } },
  {
    name: named(memberships),
    table: memberships,
    holds: "who belongs to the tenant, and as what",
    rows: ({ db }, subject) => db.select(memberships, { where: eq(memberships.user_id, byUser(subject)) }),
    erase: ({ db }, subject) => [db.delete(memberships, eq(memberships.user_id, byUser(subject)))],
    archived: { missing: {} },
  },
  {
    name: named(sessions),
    table: sessions,
    holds: "sign-ins with address and browser",
    rows: ({ db }, subject) => without(db.select(sessions, { where: eq(sessions.user_id, byUser(subject)) }), "refresh_hash"),
    erase: ({ db }, subject) => [db.delete(sessions, eq(sessions.user_id, byUser(subject)))],
    archived: { not: "they open an account" },
  },
  {
    name: named(invitations),
    table: invitations,
    holds: "address and name of who was invited",
    rows: ({ db }, { email }) => without(db.select(invitations, { where: eq(invitations.email, email) }), "token_hash", "invited_by"),
    erase: ({ db }, { email }) => [db.delete(invitations, eq(invitations.email, email))],
    archived: { not: "their links lead to where they were made" },
  },
  {
    name: named(oneTimeTokens),
    table: oneTimeTokens,
    holds: "links and challenges, by account or address; none lives longer than days",
    rows: async ({ db, d1 }, subject) => [...(subject.onlyHere && subject.userId !== null ? await tokensOf(d1, subject.userId) : []), ...(await without(db.select(oneTimeTokens, { where: ofSubject(subject) }), "hash", "data"))],
    erase: ({ db }, subject) => [db.delete(oneTimeTokens, ofSubject(subject))],
    archived: { not: "they open an account" },
  },
  {
    name: named(mails),
    table: mails,
    holds: "mail to the address, whoever else gets it; files of it go within hours",
    rows: async ({ db, d1 }, subject) => without(Promise.all([db.select(mails, { where: toSubject(subject) }), subject.onlyHere ? platformMailsTo(d1, subject.email) : []]).then((all) => all.flat()), "text", "html"),
    erase: ({ db }, subject) => [db.delete(mails, toSubject(subject))],
    archived: { not: "what was sent stays where it was sent from" },
  },
  {
    name: named(apiKeys),
    table: apiKeys,
    holds: "who made a key; the keys stay in the list, revoked and without a maker",
    rows: ({ db }, subject) => without(db.select(apiKeys, { where: eq(apiKeys.created_by, byUser(subject)) }), "hash"),
    // A key without a maker would have what the operator's have: it is revoked first.
    erase: ({ db, now }, subject) => [
      db.update(apiKeys, { revoked_at: now }, and(eq(apiKeys.created_by, byUser(subject)), isNull(apiKeys.revoked_at))),
      db.update(apiKeys, { created_by: null }, eq(apiKeys.created_by, byUser(subject))),
    ],
    archived: { missing: {} },
  },
  { name: named(ssoProviders), table: ssoProviders, holds: null, because: "the tenant's sign-in providers", archived: { missing: { client_secret: null } } },
  {
    name: "identities",
    holds: "the person as a sign-in provider knows them",
    rows: ({ db, d1 }, { userId }) => (userId === null ? nobody : identitiesOf(d1, db.tenant, userId)),
    erase: ({ db, d1 }, { userId }) => (userId === null ? [] : [removeIdentitiesOf(d1, db.tenant, userId)]),
    archived: { missing: {} },
  },
  { name: named(auditEvents), table: auditEvents, holds: "ids, network address of who acted, and texts that mention the person", searched: true, archived: { missing: {} } },
  {
    name: named(hookSamples),
    table: hookSamples,
    holds: "the latest call to a hook's test address; gone after a day, and with the first erasure",
    rows: async ({ db }, { email }) => db.select(hookSamples, { where: sql`instr(lower(${hookSamples.body}), ${email}) > 0` }),
    erase: ({ db }) => [db.delete(hookSamples, undefined)],
    archived: { not: "made to be looked at" },
  },
  {
    name: named(webhookDeliveries),
    table: webhookDeliveries,
    holds: "how receivers of webhooks answered, where that mentions the person; what was sent is in the events",
    rows: async ({ db }, { email }) => db.select(webhookDeliveries, { where: sql`instr(lower(${webhookDeliveries.attempts}), ${email}) > 0` }),
    erase: ({ db }, { email }) => [db.update(webhookDeliveries, { attempts: [] }, sql`instr(lower(${webhookDeliveries.attempts}), ${email}) > 0`)],
    archived: { not: "their receivers have had them, or are elsewhere" },
  },
  {
    name: named(actionResults),
    table: actionResults,
    holds: "what actions gave, where that mentions the person; searched by the address",
    rows: ({ db }, { email }) => db.select(actionResults, { where: mentions(email) }),
    // The row stays: without it a repeated attempt would act again.
    erase: ({ db }, { email }) => [db.update(actionResults, { result: encode(null) }, mentions(email))],
    archived: { missing: {} },
  },
  {
    name: named(assignmentTimes),
    table: assignmentTimes,
    holds: "when the person was last given a record",
    rows: ({ db }, subject) => db.select(assignmentTimes, { where: eq(assignmentTimes.user_id, byUser(subject)) }),
    erase: ({ db }, subject) => [db.delete(assignmentTimes, eq(assignmentTimes.user_id, byUser(subject)))],
    archived: { missing: {} },
  },
  { name: named(events), table: events, holds: "data of events that mention the person", searched: true, archived: { missing: { seq: null } } },
  { name: named(hookDeliveries), table: hookDeliveries, holds: "texts of deliveries that mention the person", searched: true, archived: { missing: {} } },
];
