/**
 * Executions that have ended, or wait, put where a run would have left them: real objects
 * without a run.
 * @module
 */
import { newExecutionId, type Placement } from "../../../durable-objects/placement.ts";
import { encode } from "../../../sdk/schema/codec.ts";
import { type StepRecord, toRow } from "../../../sdk/schema/journal.ts";
import { objectsOf } from "../../domain/ports.ts";
import { env } from "./harness.ts";

export interface Stored {
  input?: unknown;
  output?: unknown;
  status?: "completed" | "failed" | "paused";
  steps?: Partial<StepRecord>[];
  logs?: string[];
  error?: string;
  at?: number;
  placement?: Placement;
}

const step = (given: Partial<StepRecord>, index: number): StepRecord => ({
  key: `step-${index}`, name: "step", count: 1, kind: "do", status: "completed", started: index * 2 + 1, ended: index * 2 + 2, attempt: 1, startedAt: 0, endedAt: 1, due: null, output: null, error: null, detail: null, ...given,
});

/** @returns its id */
export async function storeExecution(tenant: string, { input = {}, output = null, status = "completed", steps = [], logs = [], error, at = Date.now(), placement = "own" }: Stored): Promise<string> {
  const id = newExecutionId(placement, at);
  const completed_at = status === "paused" ? null : at;
  const failure = error === undefined ? null : JSON.stringify({ name: "Error", message: error });
  const execution = {
    id, tenant, workflow_id: "hello", bundle: "0".repeat(64), version: 1, trigger: JSON.stringify({ kind: "api", source: "test" }), input: encode(input), test: null, parent: null, created_at: at, timeout_at: at + 1e9,
    status, run: 1, generation: 1, revision: 3, mode: "run", output: encode(output), error: failure, divergence: null, completed_at, first_input: null, crashes: 0, variables: null,
  };
  const signals = [{ seq: 1, channel: "event:note", payload: encode(input), received_at: at, consumed: 1, dedupe: null }];
  const dump = { execution, journal: steps.map(step).map(toRow), children: [], signals, logs: logs.map((message, index) => ({ seq: index + 1, at, level: "info", message, step: null })) };
  const reply = await objectsOf(env).execution(tenant, id).restore(tenant, id, JSON.stringify(dump));
  if (!reply.ok) throw new Error(reply.detail);
  return id;
}

/** Everything that is kept of it, as one text. */
export async function everythingOf(tenant: string, id: string): Promise<string> {
  const dump = await objectsOf(env).execution(tenant, id).dump(tenant, id);
  return dump.ok ? dump.value : "";
}
