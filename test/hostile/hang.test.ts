/**
 * A native call without end takes the runtime's only thread, and no limit reaches inside it
 * (docs/security.md). The watchdog ends such a runtime, as often as it takes until the
 * execution is given up. A caller meanwhile waits or is told to come again; nobody else's
 * execution is lost.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ExecutionSummary } from "../../sdk/schema/execution.ts";
import type { Api, Reply } from "../support/api.ts";
import { Ground } from "./ground.ts";

let ground: Ground;

beforeAll(async () => {
  ground = await Ground.open({ watchdog: 3 });
}, 120_000);
afterAll(() => ground?.close());

const workflows = `import { WorkflowEntrypoint } from "cloudflare:workers";
export class Hang extends WorkflowEntrypoint {
  run() { return new Set({ [Symbol.iterator]: () => ({ next: Object.bind(null, { done: false }) }) }); }
}
export class Nap extends WorkflowEntrypoint {
  async run(event, step) {
    const first = await step.do("one", () => 20);
    await step.sleep("nap", event.payload.ms);
    return step.do("two", () => first + 1);
  }
}`;

/**
 * Null when the connection, kept from an earlier call, was closed while nothing was under way
 * on it: that may happen to any client. That nobody is there may not: it ends the test.
 */
async function attempt<T>(call: () => Promise<Reply<T>>): Promise<Reply<T> | null> {
  try {
    return await call();
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    if (cause?.code === "UND_ERR_SOCKET") return null;
    throw error;
  }
}

/** Calls until there is an answer that tells something. 503: try again; 404: accepted, and not taken up again yet. */
async function insist<T>(call: () => Promise<Reply<T>>): Promise<T> {
  for (;;) {
    const reply = await attempt(call);
    if (reply?.status === 200 || reply?.status === 202) return reply.body;
    if (reply) expect([404, 503], JSON.stringify(reply.body)).toContain(reply.status);
    await new Promise((again) => setTimeout(again, 200));
  }
}

async function start(api: Api, workflow: string, ms: number, key: string): Promise<string> {
  const started = await insist(() => api.post<{ execution_id: string }>(`/workflows/${workflow}/execute`, { input: { ms } }, { "idempotency-key": key }));
  return started.execution_id;
}

interface Ended {
  status: string;
  output: unknown;
  error: { name: string; code: string } | null;
}

async function end(api: Api, id: string): Promise<Ended> {
  for (;;) {
    const view = await insist(() => api.get<Ended>(`/executions/${id}?wait=20000`));
    if (view.status === "completed" || view.status === "failed") return view;
  }
}

test("code that hangs the runtime is given up, and executions from before and after it complete", { timeout: 300_000 }, async () => {
  const { alice, mallory, server } = ground;
  for (const api of [alice, mallory]) await api.deploy({ main: "w.js", modules: { "w.js": workflows }, sources: {} });

  const before = [await start(alice, "nap", 10_000, "before"), await start(mallory, "nap", 10_000, "before")];
  // Asked for once: by then the tenant's index has it, whether this is answered or cut off by the hang.
  expect([202, 503, undefined]).toContain((await attempt(() => mallory.post("/workflows/hang/execute", {})))?.status);
  const after = [await start(alice, "nap", 1, "after"), await start(mallory, "nap", 1, "after")];

  const hanging = (await insist(() => mallory.get<{ data: ExecutionSummary[] }>("/executions?workflow_id=hang"))).data[0];
  expect(await end(mallory, hanging?.id ?? "")).toMatchObject({ status: "failed", error: { name: "TurnCrashedError", code: "turn-crashed" } });
  for (const ids of [before, after]) {
    expect(await end(alice, ids[0] ?? "")).toMatchObject({ status: "completed", output: 21 });
    expect(await end(mallory, ids[1] ?? "")).toMatchObject({ status: "completed", output: 21 });
  }
  await ground.neighbour();

  const told = server.output.split("\n").filter((line) => line.includes('"runtime-hung"'));
  expect(JSON.parse(told[0] ?? "null")).toMatchObject({ level: "error", event: "runtime-hung", silent_ms: 3000, pid: expect.any(Number) });
});
