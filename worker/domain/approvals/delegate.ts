import { and, eq, or } from "drizzle-orm";
import { z } from "zod";
import { among } from "../../../db/among.ts";
import { approvalDelegations } from "../../../db/schema/approvals.ts";
import { memberships } from "../../../db/schema/memberships.ts";
import { users } from "../../../db/schema/users.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { audited } from "../audit/record.ts";
import { iso, type TenantContext } from "../context.ts";
import { announceNotifications } from "../notifications/notify.ts";
import { reader } from "../notifications/reader.ts";
import { ask } from "./ask.ts";
import { voiceOf } from "./electorate.ts";
import { namesFor } from "./names.ts";
import { activeMembers, peopleFor, type Person } from "./people.ts";
import { notDecidable, notForThem } from "./refusals.ts";
import { findApproval, isOver, votesOf } from "./row.ts";

export const delegateBody = z.strictObject({ to: z.string().trim().min(1).max(320).describe("Id or address of a member") });
export const handedOnView = z.object({ id: z.string(), to: z.object({ id: z.string(), name: z.string() }) });

/**
 * Hands one request on. Who does may still decide, as long as the other has not.
 * @throws PlatformError `not-found`, `forbidden` for who is not asked, `conflict`, `bad-request` for somebody who cannot decide
 */
export async function handOn({ ctx, input }: { ctx: TenantContext; input: { id: string; to: string } }): Promise<z.infer<typeof handedOnView>> {
  const { db, now } = ctx;
  const user_id = reader(ctx);
  const row = await findApproval(ctx, input.id);
  const known = { now, nameOf: async (id: string) => (await namesFor(ctx, [id]))(id) };
  if (row.status !== "pending" || isOver(row, now)) throw await notDecidable(known, row, user_id);
  if (!row.delegable) throw new PlatformError("conflict", "The workflow does not let this be handed on: you have to decide it yourself.");
  const [votes, people] = [await votesOf(ctx, row.id), await peopleFor(ctx, row.asked, [user_id])];
  const own = people.find(({ id }) => id === user_id);
  // What was handed on to them is not theirs to hand on.
  if (!own || voiceOf(row, people, [], own, new Set(votes.map(({ seat }) => seat))) === null) throw await notForThem(known, row, votes, user_id);
  const to = await decider(ctx, input.to, user_id);
  const told = await ask(ctx, row, [to], "handed_on", `handed-on:${user_id}:${now}`);
  const delegation = { to_user: to.id, from_at: now, until_at: null, created_at: now };
  const { tenant_id, user_id: user, approval_id } = approvalDelegations;
  await db.batch([
    db.upsert(approvalDelegations, { user_id, approval_id: row.id, ...delegation }, [tenant_id, user, approval_id], delegation),
    audited(ctx, { action: "approval.delegate", entityId: row.id, after: { to_user: to.id } }),
    ...told.statements,
  ]);
  announceNotifications(ctx, told);
  return { id: row.id, to: { id: to.id, name: await known.nameOf(to.id) } };
}

/**
 * Somebody else who may decide at all.
 * @throws PlatformError `bad-request`
 */
export async function decider(ctx: TenantContext, wanted: string, self: string): Promise<Person> {
  const name = wanted.toLowerCase();
  const [person] = await activeMembers(ctx, or(among(memberships.user_id, [name]), eq(users.email, name)));
  const refuse = (detail: string) => new PlatformError("bad-request", `/to: ${detail}`, [{ pointer: "/to", detail }]);
  if (!person) throw refuse("no active member has this id or address");
  if (person.id === self) throw refuse("that is you");
  if (!person.may) throw refuse("their role lacks the permission workflows.approve");
  return person;
}

export const standingBody = z.strictObject({
  to: delegateBody.shape.to,
  from: z.iso.datetime({ offset: true }).optional().describe("From when on; now when left out"),
  until: z.iso.datetime({ offset: true }).nullish().describe("Until when; left out: until it is taken back"),
});
export const standingView = z.object({ to: z.object({ id: z.string(), name: z.string() }), from: z.string(), until: z.string().nullable() }).nullable();
type Standing = z.infer<typeof standingView>;

const standingOf = (userId: string) => and(eq(approvalDelegations.user_id, userId), eq(approvalDelegations.approval_id, ""));

export async function getStanding({ ctx }: { ctx: TenantContext }): Promise<{ delegation: Standing }> {
  const row = await ctx.db.first(approvalDelegations, standingOf(reader(ctx)));
  if (!row) return { delegation: null };
  const nameOf = await namesFor(ctx, [row.to_user]);
  return { delegation: { to: { id: row.to_user, name: nameOf(row.to_user) }, from: iso(row.from_at), until: row.until_at === null ? null : iso(row.until_at) } };
}

/** @throws PlatformError `bad-request` for somebody who cannot decide, or for times that end before they begin */
export async function setStanding({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof standingBody> }): Promise<{ delegation: Standing }> {
  const { db, now } = ctx;
  const user_id = reader(ctx);
  const to = await decider(ctx, input.to, user_id);
  const set = { to_user: to.id, from_at: input.from === undefined ? now : Date.parse(input.from), until_at: input.until ? Date.parse(input.until) : null, created_at: now };
  if (set.until_at !== null && set.until_at <= set.from_at) throw new PlatformError("bad-request", "/until: it ends before it begins", [{ pointer: "/until", detail: "it ends before it begins" }]);
  const { tenant_id, user_id: user, approval_id } = approvalDelegations;
  await db.batch([db.upsert(approvalDelegations, { user_id, approval_id: "", ...set }, [tenant_id, user, approval_id], set), audited(ctx, { action: "approval_delegation.set", entityId: user_id, after: set })]);
  return getStanding({ ctx });
}

export async function endStanding({ ctx }: { ctx: TenantContext }): Promise<void> {
  const user_id = reader(ctx);
  await ctx.db.batch([ctx.db.delete(approvalDelegations, standingOf(user_id)), audited(ctx, { action: "approval_delegation.end", entityId: user_id })]);
}
