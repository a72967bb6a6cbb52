/**
 * How soon tickets are to be answered and solved. The clock of a ticket stands while it waits
 * for the customer, and once it is solved: what is due moves by the time it stood.
 * @module
 */
import type { RecordRow } from "../../../db/schema/record-tables.ts";

export const priorities = ["low", "normal", "high", "critical"] as const;
export type Priority = (typeof priorities)[number];

export interface SlaPolicy {
  /** Minutes; null: whenever. */
  first_response_minutes: number | null;
  resolve_minutes: number | null;
}

/** Where the tenant has chosen nothing. */
export const usualSla: Readonly<Record<Priority, SlaPolicy>> = {
  critical: { first_response_minutes: 15, resolve_minutes: 4 * 60 },
  high: { first_response_minutes: 60, resolve_minutes: 8 * 60 },
  normal: { first_response_minutes: 4 * 60, resolve_minutes: 24 * 60 },
  low: { first_response_minutes: 8 * 60, resolve_minutes: 72 * 60 },
};

const standing: ReadonlySet<unknown> = new Set(["pending", "resolved", "closed"]);
export const isOver = (status: unknown): boolean => status === "resolved" || status === "closed";

const time = (row: RecordRow, name: string): number | null => (row[name] ?? null) as number | null;
const minuteMs = 60_000;

/** What is promised next, and when; null: nothing, or nothing that runs. */
export function nextDue(row: RecordRow): { what: "first_response" | "resolve"; at: number } | null {
  if (standing.has(row["status"])) return null;
  const [answer, solution] = [time(row, "first_responded_at") === null ? time(row, "first_response_due_at") : null, time(row, "resolve_due_at")];
  if (answer !== null && (solution === null || answer <= solution)) return { what: "first_response", at: answer };
  return solution === null ? null : { what: "resolve", at: solution };
}

/** Sets what is due after a change; status and times of answer and solution are set already. */
export function windClock(now: number, before: RecordRow | null, after: RecordRow, policies: Readonly<Record<Priority, SlaPolicy>> | null): void {
  if (before !== null && before["status"] !== after["status"] && standing.has(before["status"])) {
    const stood = now - (time(before, "status_changed_at") ?? now);
    after["stopped_ms"] = Number(before["stopped_ms"] ?? 0) + stood;
    if (time(before, "first_responded_at") === null) postpone(after, "first_response_due_at", stood);
    postpone(after, "resolve_due_at", stood);
  }
  if (policies && (before === null || before["priority"] !== after["priority"])) {
    const { first_response_minutes: answer, resolve_minutes: solution } = policies[after["priority"] as Priority];
    const begin = after.created_at + Number(after["stopped_ms"] ?? 0);
    if (before === null || time(before, "first_responded_at") === null) after["first_response_due_at"] = answer === null ? null : begin + answer * minuteMs;
    if (before === null || !isOver(before["status"]) || !isOver(after["status"])) after["resolve_due_at"] = solution === null ? null : begin + solution * minuteMs;
  }
  // What was late before this change was late, also when nobody had looked yet.
  const missed = before === null || time(before, "sla_breached_at") !== null ? null : time(before, "sla_due_at");
  if (missed !== null && missed <= now) after["sla_breached_at"] = missed;
  after["sla_due_at"] = time(after, "sla_breached_at") === null ? (nextDue(after)?.at ?? null) : null;
}

function postpone(row: RecordRow, name: string, by: number): void {
  const due = time(row, name);
  if (due !== null) row[name] = due + by;
}
