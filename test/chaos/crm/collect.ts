/**
 * Waits until everything that was set off has ended, and everything that happened is dispatched.
 * @module
 */
import type { ExecutionSummary, ExecutionView } from "../../../sdk/schema/execution.ts";
import type { Caller } from "../bus/caller.ts";
import { pause } from "../pause.ts";
import type { Model } from "./model.ts";
import type { CrmPlan } from "./plan.ts";

export const workflows = ["crm-mix", "crm-child", "crm-welcome"] as const;
export type Views = ReadonlyMap<string, readonly ExecutionView[]>;

/** Once it is all there, or at `deadline` (ms since the epoch). */
export async function collect(caller: Caller, { starts }: CrmPlan, { children, referrals }: Model, deadline: number): Promise<Views> {
  const expected: Readonly<Record<string, number>> = { "crm-mix": starts.length, "crm-child": children, "crm-welcome": referrals };
  for (;;) {
    const found = new Map<string, ExecutionSummary[]>();
    for (const workflow of workflows) found.set(workflow, await all<ExecutionSummary>(caller, `/executions?workflow_id=${workflow}`));
    const complete = workflows.every((workflow) => (found.get(workflow)?.length ?? 0) >= (expected[workflow] ?? 0)) && [...found.values()].flat().every(({ status }) => ["completed", "failed", "cancelled", "stalled"].includes(status));
    const pending = await caller.get<{ data: unknown[] }>("/events?status=pending&limit=1");
    if ((complete && pending.body.data?.length === 0) || Date.now() > deadline) return viewsOf(caller, found);
    await pause(500);
  }
}

async function viewsOf(caller: Caller, found: Map<string, ExecutionSummary[]>): Promise<Views> {
  const views = new Map<string, ExecutionView[]>();
  for (const [workflow, summaries] of found) {
    const list: ExecutionView[] = [];
    for (const { id } of summaries) list.push((await caller.get<ExecutionView>(`/executions/${id}`)).body);
    views.set(workflow, list);
  }
  return views;
}

/** Every page of a list. */
export async function all<T>(caller: Caller, path: string): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | null = null;
  do {
    const { body }: { body: { data: T[]; pagination: { next_cursor: string | null } } } = await caller.get(`${path}${path.includes("?") ? "&" : "?"}limit=200${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`);
    found.push(...body.data);
    cursor = body.pagination.next_cursor;
  } while (cursor !== null);
  return found;
}
