/**
 * Everstep through the execution object's own interface, as the REST verbs use it: the
 * account of the caller and the look-up of the workflow are left out on every side.
 * @module
 */
import type { StartRequest } from "../../../durable-objects/execution/contract.ts";
import { newExecutionId, type Placement } from "../../../durable-objects/placement.ts";
import { encode } from "../../../sdk/schema/codec.ts";
import type { ExecutionView } from "../../../sdk/schema/execution.ts";
import { objectsOf } from "../../../worker/domain/ports.ts";
import type { BenchEnv } from "../env.ts";
import { BenchError, type System } from "./system.ts";

/** Longest time one execution may take, ms. */
const patienceMs = 60_000;

interface Deployed {
  tenant: string;
  bundle: string;
  version: number;
}

export async function everstep(env: BenchEnv, placement: Placement): Promise<System> {
  const objects = objectsOf(env);
  const deployed = await env.DB.prepare("SELECT tenant_id AS tenant, bundle, version FROM workflows WHERE id = 'bench-steps'").first<Deployed>();
  if (!deployed) throw new BenchError("the measured workflows are not deployed");

  const request = (workflowId: string, input: unknown, id: string | null = null): StartRequest => {
    const now = Date.now();
    return {
      ...deployed,
      id: id ?? newExecutionId(placement, now),
      workflowId,
      trigger: { kind: "api", source: "bench" },
      input: encode(input),
      timeoutMs: null,
      createdAt: now,
      parent: null,
    };
  };
  const run = async (start: StartRequest): Promise<ExecutionView> => {
    const reply = await objects.execution(start.tenant, start.id).run(start, patienceMs, "end");
    if (!reply.ok) throw new BenchError(`${reply.code}: ${reply.detail}`);
    return completed(reply.value);
  };

  return {
    async run(steps) {
      await run(request("bench-steps", { steps }));
    },
    async sleep(ms) {
      return Number((await run(request("bench-sleep", { ms }))).output);
    },
    async prepareResume(id, steps) {
      const start = request("bench-resume", { steps }, id);
      const object = objects.execution(start.tenant, id);
      const started = await object.start(start);
      if (!started.ok) throw new BenchError(started.detail);
      for (;;) {
        const reply = await object.get(start.tenant, id, 0, "end");
        if (reply.ok && reply.value.status === "waiting") return;
        if (!reply.ok || reply.value.status !== "running") throw new BenchError(JSON.stringify(reply).slice(0, 500));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    async resume(id) {
      const object = objects.execution(deployed.tenant, id);
      const sent = await object.send(deployed.tenant, id, "go", encode({}), null);
      if (!sent.ok) throw new BenchError(sent.detail);
      const reply = await object.get(deployed.tenant, id, patienceMs, "end");
      if (!reply.ok) throw new BenchError(reply.detail);
      completed(reply.value);
    },
  };
}

function completed(execution: ExecutionView): ExecutionView {
  if (execution.status !== "completed") throw new BenchError(`an execution is ${execution.status}: ${execution.error_message ?? "no error"}`);
  return execution;
}
