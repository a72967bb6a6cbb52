import type { BenchEnv } from "../env.ts";
import { returned } from "../cloudflare.ts";
import { BenchError, type System } from "./system.ts";

const pollMs = 1;

/** Where the local engine shows the results of steps so far. */
const outputs = "__LOCAL_DEV_STEP_OUTPUTS";
type LocalStatus = InstanceStatus & { [outputs]?: unknown[] };

/** Its engine has one placement: an object per instance. */
export function cloudflare(env: BenchEnv): System {
  return {
    async run(steps) {
      const id = crypto.randomUUID();
      await ended(await env.CF_STEPS.create({ id, params: { steps } }), id);
    },
    async sleep(ms) {
      const id = crypto.randomUUID();
      return Number(await ended(await env.CF_SLEEP.create({ id, params: { ms } }), id));
    },
    async prepareResume(id, steps) {
      const instance = await env.CF_RESUME.create({ id, params: { steps } });
      for (;;) {
        // The local engine calls an instance that waits for an event running; its steps tell.
        const state: LocalStatus = await instance.status();
        if (state.status === "waiting" || state[outputs]?.length === steps) return pause(20);
        if (state.status === "errored") throw new BenchError(JSON.stringify(state.error));
        await pause(50);
      }
    },
    async resume(id) {
      const instance = await env.CF_RESUME.get(id);
      await instance.sendEvent({ type: "go", payload: {} });
      await ended(instance, id);
    },
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function ended(instance: WorkflowInstance, id: string): Promise<unknown> {
  const began = Date.now();
  while (!returned.delete(id)) {
    await pause(pollMs);
    if (Date.now() - began > 60_000) throw new BenchError(`instance ${id} is ${JSON.stringify(await instance.status())}`);
  }
  for (;;) {
    const { status, output, error } = await instance.status();
    if (status === "complete") return output;
    if (status === "errored" || status === "terminated") throw new BenchError(`an instance is ${status}: ${JSON.stringify(error)}`);
    await pause(pollMs);
  }
}
