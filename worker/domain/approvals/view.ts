import { z } from "zod";
import type { Asked } from "../../../db/schema/approvals.ts";
import { iso } from "../context.ts";
import { type ApprovalRow, isOver, type VoteRow } from "./row.ts";

export const approvalStatus = z.enum(["pending", "approved", "rejected", "expired", "cancelled"]);

const asked = z.object({ kind: z.enum(["user", "role", "team", "unknown"]).describe("`unknown`: nobody has this name"), id: z.string(), name: z.string(), escalated: z.boolean().describe("Asked later, because nobody had decided") });

export const approvalView = z.object({
  id: z.string(),
  workflow_execution_id: z.string(),
  workflow_id: z.string(),
  workflow_name: z.string(),
  step: z.string().describe("Key of the step"),
  title: z.string(),
  description: z.string().nullable(),
  requested_from: z.string().nullable().describe("Names of those asked; null: anyone with the permission"),
  asked: z.array(asked),
  need: z.union([z.enum(["any", "all"]), z.number().int()]),
  status: approvalStatus,
  on_timeout: z.enum(["expired", "approved", "rejected"]).describe("What its execution goes on with when nobody decides in time"),
  expires_at: z.string().nullable(),
  created_at: z.string(),
  approved_by: z.string().nullable().describe("Who decided, whatever the decision"),
  decision_at: z.string().nullable(),
  comment: z.string().nullable(),
});
export type ApprovalView = z.infer<typeof approvalView>;

const vote = z.object({ user: z.string(), name: z.string(), decision: z.enum(["approved", "rejected"]), comment: z.string().nullable(), at: z.string(), on_behalf_of: z.string().nullable(), answers: z.json().nullable() });

export const approvalDetail = approvalView.extend({
  form: z.record(z.string(), z.json()).nullable().describe("JSON Schema of `answers`"),
  delegable: z.boolean().describe("Whoever is asked may hand it on"),
  can_decide: z.boolean().describe("You can, now"),
  votes: z.array(vote),
});
export type ApprovalDetail = z.infer<typeof approvalDetail>;

export const decidedView = z.object({
  id: z.string(),
  status: approvalStatus.describe("`pending`: others are still to decide"),
  approved_by: z.string().nullable(),
  decision_at: z.string().nullable(),
  workflow_execution_resumed: z.boolean(),
});

export const statusOf = (row: ApprovalRow, now: number): z.infer<typeof approvalStatus> => (row.status === "pending" && isOver(row, now) ? "expired" : row.status);

const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

/** Ids of people whose names a view shows. */
export const peopleIn = (row: ApprovalRow): string[] => [...row.asked.flatMap(({ kind, id }) => (kind === "user" ? [id] : [])), ...(row.decided_by === null ? [] : [row.decided_by])];

export function viewApproval(row: ApprovalRow, now: number, nameOf: (id: string) => string): ApprovalView {
  const shown = (one: Asked) => ({ kind: one.kind, id: one.id, name: one.kind === "user" ? nameOf(one.id) : one.name, escalated: one.escalated ?? false });
  const list = row.asked.map(shown);
  return {
    id: row.id,
    workflow_execution_id: row.execution_id,
    workflow_id: row.workflow_id,
    workflow_name: row.workflow_name,
    step: row.step_key,
    title: row.title,
    description: row.description,
    requested_from: list.length === 0 ? null : list.map(({ name }) => name).join(", "),
    asked: list,
    need: row.need,
    status: statusOf(row, now),
    on_timeout: row.on_timeout,
    expires_at: isoOrNull(row.expires_at),
    created_at: iso(row.created_at),
    approved_by: row.decided_by === null ? null : nameOf(row.decided_by),
    decision_at: isoOrNull(row.decided_at),
    comment: row.comment,
  };
}

export function viewVote(row: VoteRow, nameOf: (id: string) => string): z.infer<typeof vote> {
  return { user: row.voter, name: nameOf(row.voter), decision: row.decision, comment: row.comment, at: iso(row.at), on_behalf_of: row.seat === row.voter ? null : row.seat, answers: row.answers ?? null };
}
