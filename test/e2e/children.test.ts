import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ExecutionSummary, ExecutionView } from "../../sdk/schema/execution.ts";
import type { Api } from "../support/api.ts";
import { bundle } from "../support/bundle.ts";
import { type Server, startServer } from "../support/server.ts";

let server: Server;
let api: Api;

beforeAll(async () => {
  server = await startServer();
  api = server.api;
  await api.deploy(await bundle("./workflows/children.ts", import.meta.url));
}, 120_000);
afterAll(() => server?.stop());

const waiting = ({ status }: ExecutionView): boolean => status === "waiting";
/** Oldest first. */
async function childrenOf(id: string): Promise<ExecutionSummary[]> {
  const { data } = await api.expect(api.get<{ data: ExecutionSummary[] }>(`/executions?parent_id=${id}`), 200);
  return data.reverse();
}

describe("a child that takes longer than its parent waits", () => {
  test("is cancelled, each of several, while the parent goes on", async () => {
    const id = await api.start("hurried", { timeout: 500 });
    await api.reach(id, ({ steps }) => steps.some(({ key }) => key === "hold-1"));
    const children = await childrenOf(id);
    expect(children).toHaveLength(2);
    for (const child of children) expect(await api.end(child.id)).toMatchObject({ status: "cancelled", error: { message: `the parent execution ${id} does not wait for it any more` } });
    expect((await api.execution(id)).status).toBe("waiting");
    await api.send(id, "go", null);
    expect(await api.end(id)).toMatchObject({ status: "completed", output: ["WaitTimeoutError", "WaitTimeoutError"] });
  });

  test("is cancelled although the time passed while nothing ran", async () => {
    const id = await api.start("hurried", { timeout: 2_000 });
    const { steps } = await api.reach(id, waiting);
    const children = await childrenOf(id);
    for (const { id: child } of children) await api.reach(child, waiting);
    await server.kill();
    while (Date.now() < Date.parse(steps[0]?.due_at ?? "") + 100) await new Promise((resolve) => setImmediate(resolve));
    await server.start();
    for (const { id: child } of children) expect((await api.end(child)).status).toBe("cancelled");
  });

  test("goes on when the parent is retried, and answers it then", async () => {
    const id = await api.start("strict", { timeout: 4_000 });
    expect((await api.end(id)).error?.name).toBe("WaitTimeoutError");
    const child = (await childrenOf(id))[0]?.id ?? "";
    expect((await api.end(child)).status).toBe("cancelled");
    await api.expect(api.post(`/executions/${id}/retry`), 202);
    await api.reach(child, waiting);
    await api.send(child, "go", null);
    expect(await api.end(id)).toMatchObject({ status: "completed", output: "answer" });
    expect(await childrenOf(id)).toHaveLength(1);
  });
});

test("a child of the run before continueAsNew is cancelled, and does not answer the next run's", async () => {
  const id = await api.start("moving");
  await api.reach(id, ({ steps }) => steps.length === 2);
  const [first] = await childrenOf(id);
  await api.reach(first?.id ?? "", waiting);
  await api.send(id, "move", null);
  expect((await api.end(first?.id ?? "")).status).toBe("cancelled");
  await api.reach(id, (view) => view.run === 2 && waiting(view));
  const [, second] = await childrenOf(id);
  await api.reach(second?.id ?? "", waiting);
  await api.send(second?.id ?? "", "go", null);
  expect(await api.end(id)).toMatchObject({ status: "completed", output: 2, run: 2 });
});
