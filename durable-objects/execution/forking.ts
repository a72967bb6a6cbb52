/**
 * Re-runs from a step: the old execution gives the beginning of its history, a new one goes
 * on from there. The old one stays as it is.
 *
 * Invariant: the new execution's code has followed the whole copied history before it begins.
 * @module
 */
import { encode, encodeSpilled, spilledIn, toJson } from "../../sdk/schema/codec.ts";
import { fromRow, type StepRecord, type StepRow, toRow } from "../../sdk/schema/journal.ts";
import { planFork } from "../../sdk/runtime/fork-plan.ts";
import type { VariablesSnapshot } from "../../sdk/schema/variable.ts";
import type { Outline, Reply, StartRequest } from "./contract.ts";
import type { AgainStep, Copied, Fork, ForkRequest, Lineage } from "./forks.ts";
import { outline } from "./lifecycle.ts";
import { isTerminal } from "./outcome.ts";
import type { Platform } from "./ports.ts";
import { rehearseInput } from "./rehearsal.ts";
import type { Runner } from "./runner.ts";
import { type Execution, newExecution } from "./state.ts";
import { turnInput } from "./turn-input.ts";

type Plan = NonNullable<ReturnType<typeof planFork>>;

const refusal = (code: "conflict" | "not-found" | "bad-request" | "idempotency-key-reused", detail: string): Reply<never> => ({ ok: false, code, detail });

export async function fork(runner: Runner, execution: Execution, asked: ForkRequest): Promise<Reply<Fork>> {
  const { request, status } = execution;
  if (runner.isRunning(request.id) || !(isTerminal(status) || status === "stalled" || status === "paused")) {
    return refusal("conflict", `the execution is ${status}: only one that has ended, or is paused or stalled, can be run again from a step`);
  }
  const now = Date.now();
  const steps = runner.store.journal.steps(request.id);
  const chosen = steps.find(({ key, kind }) => key === asked.from && kind !== "rollback");
  if (!chosen) return refusal("not-found", `the execution has no step "${asked.from}"; its steps are ${steps.filter(({ kind }) => kind !== "rollback").slice(0, 20).map(({ key }) => key).join(", ")}`);
  const output = asked.result ? outputOf(chosen, asked.result.value, now) : null;
  if (asked.result && output === null) return refusal("bad-request", `the step "${asked.from}" is an approval: its result is an object with \`decision\`, which is "approved", "rejected" or "expired"`);
  const plan = planFork(steps, asked.from, output, now);
  if (!plan) throw new Error(`step ${asked.from} was there and is not`);

  const { bundle, version } = asked.to ?? request;
  const { flow: _, ...trigger } = request.trigger;
  const start: StartRequest = {
    ...request, id: asked.id, bundle, version, createdAt: now, parent: null, input: asked.input ?? request.input,
    timeoutMs: execution.timeoutAt - request.createdAt,
    trigger: { ...trigger, kind: "rerun", source: request.id },
  };
  const copied: Copied = { journal: rowsOf(plan.journal), run: execution.run, variables: await variablesFor(runner.platform, execution, asked.id, plan), lineage: lineageOf(execution, asked) };
  const rehearsal = await rehearseInput(runner.platform, execution, bundle, turnInput(forkedExecution(start, copied), copied.journal, []), { status: "running", error: null, output: null });
  return {
    ok: true,
    value: {
      workflowId: request.workflowId, status, bundle, version, input: start.input, trigger: start.trigger, timeoutMs: execution.timeoutAt - request.createdAt, run: execution.run, test: request.test ?? null,
      kept: plan.kept, again: plan.again.map(againStep), undone: plan.undone, rehearsal,
      before: { ...(asked.input === null ? {} : { input: toJson(request.input) }), ...(asked.result && !chosen.detail?.sensitive ? { result: toJson(chosen.output) } : {}) },
      sensitive: chosen.detail?.sensitive === true,
      copied: rehearsal.verdict === "same" ? copied : null,
    },
  };
}

/** As the step would have ended. Null for a decision that is none. */
function outputOf({ kind, detail }: StepRecord, value: unknown, now: number): string | null {
  if (kind === "event") return encode({ type: detail?.type, payload: value, timestamp: new Date(now) });
  if (kind !== "approval") return encode(kind === "sleep" ? undefined : value);
  const decided = typeof value === "object" && value !== null && "decision" in value ? value : null;
  if (!decided || !["approved", "rejected", "expired"].includes(String(decided.decision))) return null;
  return encode({ comment: null, decided_by: null, answers: null, votes: [], ...decided, decided_at: new Date(now) });
}

function lineageOf({ request, run, lineage }: Execution, { from, digest }: ForkRequest): Lineage {
  return { of: request.id, from, digest, seed: lineage?.seed ?? `${request.id}:${run}`, createdAt: lineage?.createdAt ?? request.createdAt };
}

/** What the kept steps saw, under the new execution's own tag for secrets; fresh ones where nothing is kept. */
async function variablesFor(platform: Platform, { request: { tenant, workflowId }, variables }: Execution, id: string, plan: Plan): Promise<string | null> {
  if (variables === null || plan.journal.length === 0) return null;
  const { tag } = JSON.parse(await platform.variables(tenant, workflowId, id)) as VariablesSnapshot;
  return JSON.stringify({ ...(JSON.parse(variables) as VariablesSnapshot), tag } satisfies VariablesSnapshot);
}

function againStep({ key, name, kind, status, ended, detail }: StepRecord): AgainStep {
  return { key, name, kind, status, ended: ended !== null, sent: detail?.sent ?? [], workflow: detail?.workflow ?? null };
}

/** Large values go with the execution they are of, so each has its own. */
async function withOwnValues(platform: Platform, { tenant, id }: StartRequest, journal: string): Promise<string> {
  const own: StepRow[] = [];
  for (const row of JSON.parse(journal) as StepRow[]) {
    const step = fromRow(row);
    const spilled = step.output === null ? null : spilledIn(step.output);
    if (!spilled) {
      own.push(row);
      continue;
    }
    if (!spilled.key.startsWith(`values/${tenant}/`)) throw new Error("that value belongs to someone else");
    const key = `values/${tenant}/${id}/${crypto.randomUUID()}`;
    await platform.putBlob(key, await platform.getBlob(spilled.key));
    own.push(toRow({ ...step, output: encodeSpilled({ ...spilled, key }) }));
  }
  return JSON.stringify(own);
}

const rowsOf = (journal: readonly StepRecord[]): string => JSON.stringify(journal.map(toRow));

function forkedExecution(request: StartRequest, { run, variables, lineage }: Copied): Execution {
  const execution = newExecution(request);
  return { ...execution, run, variables, lineage, timers: { ...execution.timers, kick: Date.now() } };
}

/** @param copied null: only one that is there already is given back */
export async function adopt(runner: Runner, find: () => Execution | null, request: StartRequest, digest: string, copied: Copied | null, remember: (execution: Execution) => void): Promise<Reply<Outline>> {
  const journal = copied && (await withOwnValues(runner.platform, request, copied.journal));
  // Looked at last, with nothing awaited after it.
  const existing = find();
  if (existing) {
    if (existing.request.tenant !== request.tenant) return refusal("conflict", "that id is taken");
    if (existing.lineage?.digest !== digest) return refusal("idempotency-key-reused", `the Idempotency-Key began execution ${request.id} with another request: send the same, or another key for another re-run`);
    return outline(existing);
  }
  if (!copied || journal === null) return refusal("not-found", `there is no execution ${request.id}`);
  const execution = forkedExecution(request, copied);
  runner.save(execution, () => {
    if (journal !== "[]") runner.store.journal.append(request.id, journal);
  });
  remember(execution);
  await runner.report(execution);
  void runner.run(execution);
  return outline(execution, true);
}
