/**
 * Gathers what is left of a chaos run: every execution that was started and every one that
 * the index knows.
 * @module
 */
import type { ExecutionSummary, ExecutionView } from "../../sdk/schema/execution.ts";
import type { Api } from "../support/api.ts";
import type { Started } from "./driver.ts";
import { childKind, kinds } from "./kinds.ts";

export interface Collected {
  /** By id; an execution that does not exist is missing. */
  views: Map<string, ExecutionView>;
  /** What the lists say, by id. */
  index: Map<string, ExecutionSummary>;
}

const ended = new Set(["completed", "failed", "cancelled", "stalled"]);
const parallel = 8;

/** Waits for the end of everything, at most until `deadline` (ms since the epoch). */
export async function collect(api: Api, started: readonly Started[], deadline: number): Promise<Collected> {
  const views = new Map<string, ExecutionView>();
  await each(started, async ({ id }) => {
    const view = await waitFor(api, id, deadline);
    if (view) views.set(id, view);
  });
  const index = new Map<string, ExecutionSummary>();
  for (const { workflow } of [...kinds, childKind]) for (const summary of await listAll(api, workflow)) index.set(summary.id, summary);
  await each([...index.values()].filter(({ id }) => !views.has(id)), async ({ id }) => {
    const view = await waitFor(api, id, deadline);
    if (view) views.set(id, view);
  });
  return { views, index };
}

async function waitFor(api: Api, id: string, deadline: number): Promise<ExecutionView | null> {
  let last: ExecutionView | null = null;
  do {
    const { status, body } = await api.get<ExecutionView>(`/executions/${id}?wait=${Math.max(0, Math.min(2_000, deadline - Date.now()))}`);
    if (status === 200) last = body;
    if (last && ended.has(last.status)) return last;
    if (status !== 200) await new Promise((resolve) => setTimeout(resolve, 250));
  } while (Date.now() < deadline);
  return last;
}

async function listAll(api: Api, workflow: string): Promise<ExecutionSummary[]> {
  const all: ExecutionSummary[] = [];
  let cursor: string | null = null;
  do {
    const page: { data: ExecutionSummary[]; pagination: { next_cursor: string | null } } = await api.expect(
      api.get(`/executions?workflow_id=${workflow}&limit=200${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`),
      200,
    );
    all.push(...page.data);
    cursor = page.pagination.next_cursor;
  } while (cursor !== null);
  return all;
}

async function each<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const work = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await act(item);
  };
  await Promise.all(Array.from({ length: parallel }, work));
}
