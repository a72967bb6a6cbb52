/**
 * Holds what is left of a run against what was asked for. Every line it returns is a
 * violation of a promise in docs/durability.md.
 * @module
 */
import type { ExecutionView } from "../../sdk/schema/execution.ts";
import type { Api } from "../support/api.ts";
import type { Effect } from "../support/recorder.ts";
import type { Collected } from "./collect.ts";
import type { Started } from "./driver.ts";
import { checkEffects } from "./check-effects.ts";
import { checkJournal } from "./check-journal.ts";
import { childKind, type Kind } from "./kinds.ts";
import type { Plan } from "./plan.ts";

export interface Evidence {
  api: Api;
  started: readonly Started[];
  plan: Plan;
  collected: Collected;
  effects: readonly Effect[];
}

export async function verify({ api, started, plan, collected, effects }: Evidence): Promise<string[]> {
  const violations: string[] = [];
  const { views, index } = collected;
  const kindOf = new Map<string, { kind: Kind; pauseMs: number; events: readonly string[] }>();
  if (started.length !== plan.executions.length) violations.push(`${plan.executions.length} executions were planned, ${started.length} were accepted`);
  if (new Set(started.map(({ id }) => id)).size !== started.length) violations.push("two Idempotency-Keys gave one execution");

  for (const { planned, id } of started) {
    kindOf.set(id, planned);
    const children = [...index.values()].filter(({ parent_id: parent }) => parent === id);
    for (const child of children) kindOf.set(child.id, { kind: childKind, pauseMs: planned.pauseMs, events: [] });
    if (children.length !== planned.kind.children) violations.push(`${name(planned.kind, id)} has ${children.length} children, not ${planned.kind.children}`);
  }
  for (const { id, workflow_id: workflow } of index.values()) if (!kindOf.has(id)) violations.push(`${workflow} ${id} was started by nobody`);

  const byExecution = Map.groupBy(effects, ({ execution }) => execution);
  for (const [id, { kind, pauseMs, events }] of kindOf) {
    const view = views.get(id);
    if (!view) {
      violations.push(`${name(kind, id)} is lost`);
      continue;
    }
    const found = [...checkState(kind, view, index.get(id)?.status), ...checkJournal(kind, view, pauseMs, events), ...checkEffects(kind, view, byExecution.get(id) ?? [])];
    violations.push(...found.map((text) => `${name(kind, id)}: ${text}`));
    byExecution.delete(id);
  }
  for (const id of byExecution.keys()) violations.push(`effects came from ${id}, an execution nobody knows`);
  violations.push(...checkKeys(effects), ...(await checkStartedOnce(api, started)));
  return violations;
}

const name = (kind: Kind, id: string): string => `${kind.workflow} ${id}`;

function checkState(kind: Kind, view: ExecutionView, indexed: string | undefined): string[] {
  const wanted = kind === childKind ? childStatus(view) : kind.status;
  if (view.status !== wanted) {
    const open = view.steps.filter(({ completed_at: at }) => at === null).map(({ key, status }) => `${key} ${status}`);
    const why = view.divergence ? ` (${JSON.stringify(view.divergence)})` : view.error ? ` (${view.error.message})` : open.length > 0 ? `, open: ${open.join(", ")}` : "";
    return [`is ${view.status}, not ${wanted}${why}`];
  }
  return indexed === view.status ? [] : [`is ${view.status}, but its tenant's index says ${indexed ?? "nothing"}`];
}

/** A child with a negative seed gives up. */
function childStatus({ input }: ExecutionView): string {
  return typeof input === "object" && input !== null && !Array.isArray(input) && Number(input.seed) < 0 ? "failed" : "completed";
}

/** No two calls share an Idempotency-Key. */
function checkKeys(effects: readonly Effect[]): string[] {
  const calls = new Map<string, string>();
  const violations: string[] = [];
  for (const { key, execution, label } of effects) {
    if (key === null) continue;
    const call = `${execution} "${label}"`;
    const other = calls.get(key);
    if (other !== undefined && other !== call) violations.push(`the key ${key} was sent for ${other} and for ${call}`);
    calls.set(key, call);
  }
  return violations;
}

/** The same key again gives the same execution, long after, and refuses another input. */
async function checkStartedOnce(api: Api, started: readonly Started[]): Promise<string[]> {
  const violations: string[] = [];
  for (const { planned, input, id } of started.filter(({ unanswered }, index) => unanswered > 0 || index % 10 === 0)) {
    const again = (given: object) => api.post<{ execution_id: string; created: boolean }>(`/workflows/${planned.kind.workflow}/execute`, { input: given }, { "idempotency-key": planned.key });
    const { status, body } = await again(input);
    if (status !== 202 || body.execution_id !== id || body.created) violations.push(`${planned.key}: the same key gave ${JSON.stringify(body)}, not ${id} again`);
    const other = await again({ ...input, seed: 1 });
    if (other.status !== 422) violations.push(`${planned.key}: the same key with another input gave ${other.status}: ${JSON.stringify(other.body)}`);
  }
  return violations;
}
