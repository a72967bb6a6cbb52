/**
 * Replays recorded histories on a candidate: a bounded number, a few at a time.
 * @module
 */
import type { Candidate } from "../../../durable-objects/execution/contract.ts";
import type { ExecutionSummary } from "../../../sdk/schema/execution.ts";
import type { TenantContext } from "../context.ts";
import { inFlightStatuses } from "./in-flight.ts";
import type { RehearsedExecution, Tally } from "../../../sdk/schema/gate.ts";

const atOnce = 10;

/** @param until no more are begun after it, ms since the epoch */
export async function replayAll({ objects, tenant }: Pick<TenantContext, "objects" | "tenant">, to: Candidate, executions: readonly ExecutionSummary[], until: number): Promise<RehearsedExecution[]> {
  const done: RehearsedExecution[] = [];
  for (let from = 0; from < executions.length && Date.now() < until; from += atOnce) {
    const rehearsed = await Promise.all(executions.slice(from, from + atOnce).map((one) => replayed(objects, tenant, to, one)));
    done.push(...rehearsed.filter((one) => one !== null));
  }
  return done;
}

async function replayed(objects: TenantContext["objects"], tenant: string, to: Candidate, { id, status, version }: ExecutionSummary): Promise<RehearsedExecution | null> {
  const shown = { id, status, version, in_flight: inFlightStatuses.includes(status) };
  try {
    const reply = await objects.execution(tenant, id).rehearse(tenant, id, to);
    // Gone, or not begun.
    if (!reply.ok) return reply.code === "not-found" ? null : { ...shown, verdict: "unreadable", steps: 0, at: null, error: { name: "RehearsalError", message: reply.detail } };
    const { verdict, steps, at, error } = reply.value;
    return { ...shown, verdict, steps, at, error: error && { name: error.name, message: error.message } };
  } catch (error) {
    return { ...shown, verdict: "unreadable", steps: 0, at: null, error: { name: "RehearsalError", message: error instanceof Error ? error.message : "its object did not answer" } };
  }
}

export function tallyOf(total: number, executions: readonly RehearsedExecution[]): Tally {
  const tally: Tally = { total: Math.max(total, executions.length), replayed: executions.length, same: 0, differs: 0, failed: 0, unreadable: 0 };
  for (const { verdict } of executions) tally[verdict]++;
  return tally;
}
