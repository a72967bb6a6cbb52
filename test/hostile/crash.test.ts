/**
 * What the guard does not see can still abort the local runtime (docs/security.md). Then the
 * server comes back by itself, everybody's executions go on, and the one that does it is
 * given up.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ExecutionSummary } from "../../sdk/schema/execution.ts";
import { Ground, hostile } from "./ground.ts";

let ground: Ground;

beforeAll(async () => {
  ground = await Ground.open();
}, 120_000);
afterAll(() => ground?.close());

/** The answer, or null while the server is down. */
async function whenUp<T>(call: () => Promise<T>): Promise<T | null> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof TypeError && error.message === "fetch failed") return null;
    throw error;
  }
}

test("code that aborts the runtime is given up after a few crashes, and the neighbours' executions go on", { timeout: 300_000 }, async () => {
  const nap = 'import { WorkflowEntrypoint } from "cloudflare:workers";\nexport class Nap extends WorkflowEntrypoint { async run(event, step) { const a = await step.do("one", () => 20); await step.sleep("nap", "10 seconds"); return await step.do("two", () => a + 1) } }';
  await ground.alice.deploy({ main: "nap.js", modules: { "nap.js": nap }, sources: {} });
  const napping = await ground.alice.start("nap");
  await ground.alice.reach(napping, ({ status }) => status === "sleeping");
  await ground.mallory.deploy(hostile('const name = ["constructor"][0], A = [][name], kept = []; for (;;) kept.push(new A(3e7))'));

  // The start itself may be cut off by the crash it causes; the key makes it safe to repeat.
  await whenUp(() => ground.mallory.post("/workflows/attack/execute", {}, { "idempotency-key": "poison" }));
  let poison: ExecutionSummary | undefined;
  const deadline = Date.now() + 240_000;
  while (poison?.status !== "failed" && Date.now() < deadline) {
    const list = await whenUp(() => ground.mallory.get<{ data: ExecutionSummary[] }>("/executions?limit=1"));
    poison = list?.status === 200 ? list.body.data[0] : undefined;
    if (poison?.status !== "failed") await new Promise((again) => setTimeout(again, 200));
  }

  expect(ground.server.output).toContain("The Workers runtime crashed unexpectedly");
  expect(poison).toMatchObject({ status: "failed", error_message: expect.stringMatching(/could not be run, \d+ times in a row/) });
  expect(await ground.mallory.end(poison?.id ?? "")).toMatchObject({ status: "failed", error: { name: "TurnCrashedError", code: "turn-crashed" } });
  expect(await ground.alice.end(napping)).toMatchObject({ status: "completed", output: 21, steps: [{ key: "one-1", attempt: 1 }, { key: "nap-1" }, { key: "two-1" }] });
  await ground.neighbour();
});
