/**
 * One person's decision, and what it comes to.
 *
 * Invariants
 * 1. A vote is written only on top of the state it was counted with: of many at once each is
 *    counted with all before it, and one of them fixes the outcome.
 * 2. The outcome, once fixed, never changes: what the execution is told is written with it.
 * @module
 */
import { and, eq, type SQL } from "drizzle-orm";
import { approvals, approvalVotes } from "../../../db/schema/approvals.ts";
import type { Statement } from "../../../db/tenant-db.ts";
import { encode } from "../../../sdk/schema/codec.ts";
import type { ApprovalSignal } from "../../../sdk/schema/approval.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { dispatchSoon, emit, type EventActor } from "../../events/emit.ts";
import { type AuditContext, audited } from "../audit/record.ts";
import type { BaseContext } from "../context.ts";
import { electorateOf, type Member, voiceOf } from "./electorate.ts";
import { checkedAnswers } from "./form.ts";
import { delegationsNow, peopleFor } from "./people.ts";
import { notDecidable, notForThem } from "./refusals.ts";
import { type ApprovalRow, asSeen, eventData, findApproval, isOver, type VoteRow, votesOf } from "./row.ts";
import { tellAgainMs } from "./schedule.ts";
import { tally } from "./tally.ts";
import { tellExecution } from "./tell.ts";

export interface VoteContext extends Pick<BaseContext, "env" | "objects" | "waitUntil">, AuditContext {
  actor: AuditContext["actor"] & EventActor;
  /** What somebody is called, as the caller may know it. */
  nameOf(id: string): Promise<string>;
}

export interface Voter {
  /** A user's id, or `key:` and that of a key that is nobody's. */
  id: string;
  /** As the workflow sees it. */
  shownAs: string;
  via: VoteRow["via"];
  /** Of a key that is nobody's: there is no such member. */
  member?: Member;
}

export interface Decision {
  decision: "approved" | "rejected";
  comment: string | null;
  answers: unknown;
}

/** What goes with it in the same transaction: using up a link. */
export interface Along {
  condition: SQL;
  statement: Statement;
  /** @throws PlatformError when the condition does not hold any more */
  check(): Promise<void>;
}

export interface Voted {
  row: ApprovalRow;
  /** The execution has heard of the outcome. */
  resumed: boolean;
}

/** Others may decide between reading and writing, each of them at most once. */
const mostTurns = 500;

/** @throws PlatformError `forbidden`, `conflict` when it was decided or is over, `bad-request` for answers that do not fit */
export async function castVote(ctx: VoteContext, id: string, voter: Voter, given: Decision, along?: Along): Promise<Voted> {
  for (let turn = 0; turn < mostTurns; turn++) {
    const row = await tryVote(ctx, await findApproval(ctx, id), voter, given, along);
    if (!row) {
      await along?.check();
      continue;
    }
    if (row.status === "pending") return { row, resumed: false };
    dispatchSoon(ctx);
    const hearing = await tellExecution(ctx, row);
    if (hearing === "deaf") throw await notDecidable(ctx, await findApproval(ctx, id), voter.id);
    return { row, resumed: hearing === "heard" };
  }
  throw new PlatformError("unavailable", "Too many people decide this at the same moment. Try again.");
}

/** Null when somebody else was quicker. */
async function tryVote(ctx: VoteContext, row: ApprovalRow, voter: Voter, { decision, comment, answers }: Decision, along?: Along): Promise<ApprovalRow | null> {
  const { db, now } = ctx;
  const votes = await votesOf(ctx, row.id);
  if (row.status !== "pending" || isOver(row, now)) throw await notDecidable(ctx, row, voter.id);
  const delegations = await delegationsNow(ctx, row.id);
  const people = await peopleFor(ctx, row.asked, [voter.id, ...delegations.map(({ to_user }) => to_user)]);
  const member = voter.member ?? people.find((person) => person.id === voter.id);
  const taken = new Set(votes.map(({ seat }) => seat));
  const voice = member && !votes.some((vote) => vote.voter === voter.id) ? voiceOf(row, people, delegations, member, taken) : null;
  if (!voice) throw await notForThem(ctx, row, votes, voter.id);
  const vote: VoteRow = {
    tenant_id: db.tenant, approval_id: row.id, voter: voter.id, seat: voice.seat, decision, comment, answers: checkedAnswers(row.form, decision, answers), stands_for: voice.standsFor, via: voter.via, at: now, number: votes.length + 1,
  };
  const left = electorateOf(row, people, delegations).seats.filter((seat) => !taken.has(seat) && seat !== voice.seat).length;
  const all = [...votes, vote];
  const outcome = tally(row, all.map(({ decision: one, stands_for: standsFor }) => ({ decision: one, standsFor })), left);
  const decided = outcome === null ? {} : { status: outcome, decided_by: voter.id, decided_at: now, comment, outcome: encode(signalOf(row, all, voter, outcome, now)), next_at: now + tellAgainMs };
  const after: ApprovalRow = { ...row, ...decided, revision: row.revision + 1 };
  const { tenant_id: _, ...values } = vote;
  const written = await db.batchIf(and(asSeen(ctx, row), along?.condition) ?? asSeen(ctx, row), [
    db.insert(approvalVotes, values),
    db.update(approvals, { ...decided, revision: after.revision }, eq(approvals.id, row.id)),
    audited(ctx, { action: "approval.decide", entityId: row.id, after: { execution_id: row.execution_id, step: row.step_key, decision, status: after.status, on_behalf_of: voice.seat === voter.id ? null : voice.seat, via: voter.via } }),
    ...(outcome === null ? [] : [emit({ db, now, actor: ctx.actor }, { type: "approval.decided", data: { ...eventData(row), decision: outcome, decided_by: voter.id.startsWith("key:") ? null : voter.id }, record: { type: "approval", id: row.id } })]),
    ...(along ? [along.statement] : []),
  ]);
  return written ? after : null;
}

/** Keys that are nobody's are known to workflows by their name. */
function signalOf({ id }: ApprovalRow, votes: readonly VoteRow[], voter: Voter, decision: "approved" | "rejected", now: number): ApprovalSignal {
  const last = votes.at(-1);
  return {
    request: id,
    decision,
    comment: last?.comment ?? null,
    decided_by: voter.shownAs,
    decided_at: new Date(now),
    answers: last?.answers ?? null,
    votes: votes.map(({ voter: user, seat, at, ...vote }) => ({ user: user === voter.id ? voter.shownAs : user, decision: vote.decision, comment: vote.comment, at: new Date(at), on_behalf_of: seat === user ? null : seat, answers: vote.answers ?? null })),
  };
}

