/**
 * Why a decision does not count, said so that whoever made it knows what happened instead.
 * @module
 */
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { iso } from "../context.ts";
import { type ApprovalRow, isOver, type VoteRow } from "./row.ts";

interface Reader {
  now: number;
  nameOf(id: string): Promise<string>;
}

export async function notDecidable({ now, nameOf }: Reader, row: ApprovalRow, voter: string): Promise<PlatformError> {
  const { status, decided_by, decided_at, expires_at } = row;
  if (decided_by !== null && decided_at !== null) return new PlatformError("conflict", `This was ${status} already, at ${iso(decided_at)}, by ${decided_by === voter ? "you" : await nameOf(decided_by)}.`);
  if (status === "cancelled") return new PlatformError("conflict", "Nothing waits for this decision any more: its execution has ended, or goes on without it.");
  if (status === "expired" || isOver(row, now)) return new PlatformError("conflict", `The time for this decision was over at ${iso(expires_at ?? now)}.`);
  return new PlatformError("conflict", `This is ${status}.`);
}

export async function notForThem({ nameOf }: Reader, { asked }: ApprovalRow, votes: readonly VoteRow[], voter: string): Promise<PlatformError> {
  const own = votes.find((vote) => vote.voter === voter);
  if (own) return new PlatformError("conflict", `You have ${own.decision} this already, at ${iso(own.at)}. Others are still to decide.`);
  const stand = votes.find((vote) => vote.seat === voter);
  if (stand) return new PlatformError("conflict", `${await nameOf(stand.voter)} has ${stand.decision} this in your place already, at ${iso(stand.at)}. Others are still to decide.`);
  if (asked.length === 0) return new PlatformError("forbidden", "This needs the permission workflows.approve (decide approvals).");
  const names = await Promise.all(asked.map(async ({ kind, id, name }) => (kind === "user" ? nameOf(id) : `the ${kind === "unknown" ? "unknown" : kind} ${name}`)));
  return new PlatformError("forbidden", `You are not asked to decide this; asked are ${names.join(", ")}. Who is asked can hand it on to you.`);
}
