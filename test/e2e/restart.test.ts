import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ExecutionView, StepView } from "../../sdk/schema/execution.ts";
import type { Api } from "../support/api.ts";
import { bundle } from "../support/bundle.ts";
import { type Server, startServer } from "../support/server.ts";

/** How late a timer may be on a busy machine, ms. */
const lateMs = 2_500;
let server: Server;
let api: Api;

beforeAll(async () => {
  server = await startServer();
  api = server.api;
  await api.deploy(await bundle("./workflows/restart.ts", import.meta.url));
}, 120_000);
afterAll(() => server?.stop());

function stepOf(view: ExecutionView, key: string): StepView {
  const step = view.steps.find((one) => one.key === key);
  if (!step) throw new Error(`there is no step ${key}: ${JSON.stringify(view.steps)}`);
  return step;
}

const endedAt = (view: ExecutionView, key: string): number => Date.parse(stepOf(view, key).completed_at ?? "");
const dueAt = (view: ExecutionView, key: string): number => Date.parse(stepOf(view, key).due_at ?? "");

describe("after a kill with SIGKILL and a restart", () => {
  test("a sleep that is not over yet ends on time", async () => {
    const id = await api.start("nap", { pauseMs: 8_000 });
    const asleep = await api.reach(id, ({ status }) => status === "sleeping");
    await server.restart();
    const ready = Date.now();
    const done = await api.end(id);
    const due = dueAt(asleep, "nap-1");
    expect(done).toMatchObject({ status: "completed", output: { before: stepOf(asleep, "before-1").output, until: "past" } });
    expect(endedAt(done, "nap-1")).toBeGreaterThanOrEqual(due);
    expect(endedAt(done, "nap-1")).toBeLessThan(Math.max(due, ready) + lateMs);
  });

  test("a sleep that ended while nothing ran ends as soon as the server is back", async () => {
    const id = await api.start("nap", { pauseMs: 700 });
    const asleep = await api.reach(id, ({ status }) => status === "sleeping");
    await server.kill();
    while (Date.now() < dueAt(asleep, "nap-1") + 100) await new Promise((resolve) => setImmediate(resolve));
    await server.start();
    const ready = Date.now();
    const done = await api.end(id);
    expect(done.status).toBe("completed");
    expect(endedAt(done, "nap-1")).toBeLessThan(ready + lateMs);
  });

  test("an event that had been accepted is delivered, once, and before later ones", async () => {
    const id = await api.start("waits");
    await api.reach(id, ({ status }) => status === "waiting");
    expect((await api.send(id, "go", { name: "first" }, "event-1")).body).toEqual({ accepted: true });
    await server.restart();
    expect((await api.send(id, "go", { name: "first" }, "event-1")).body).toEqual({ accepted: false });
    expect((await api.send(id, "go", { name: "second" }, "event-2")).body).toEqual({ accepted: true });
    expect(await api.end(id)).toMatchObject({ status: "completed", output: ["first", "second"] });
  });

  test("timeouts, approvals, retries and children go on", async () => {
    const [expires, signs, retries, parent] = await Promise.all([api.start("expires", { pauseMs: 4_000 }), api.start("signs"), api.start("retries"), api.start("parent", { pauseMs: 4_000 })]);
    await api.reach(expires, ({ status }) => status === "waiting");
    await api.reach(signs, ({ status }) => status === "pending_approval");
    await api.reach(retries, ({ steps }) => steps[0]?.status === "retrying");
    await api.reach(parent, ({ status }) => status === "waiting");
    await server.restart();
    await api.expect(api.post(`/executions/${signs}/approvals/sign-1/decide`, { decision: "rejected" }), 202);
    expect((await api.end(signs)).output).toBe("rejected");
    expect((await api.end(expires)).output).toBe("WaitTimeoutError");
    expect(await api.end(retries)).toMatchObject({ output: 2, steps: [{ attempt: 2 }] });
    expect(await api.end(parent)).toMatchObject({ status: "completed", output: { until: "past" } });
  });

  test("the same Idempotency-Key still means the same execution", async () => {
    const id = await api.start("nap", { pauseMs: 10 }, "before the kill");
    await server.restart();
    expect(await api.start("nap", { pauseMs: 10 }, "before the kill")).toBe(id);
  });
});
