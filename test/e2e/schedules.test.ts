/** Schedules and flow control on a real local server, with kills in between. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ExecutionSummary, ExecutionView } from "../../sdk/schema/execution.ts";
import type { ScheduleDetail, ScheduleView } from "../../sdk/schema/schedule.ts";
import type { Api } from "../support/api.ts";
import { bundle } from "../support/bundle.ts";
import { type Server, startServer } from "../support/server.ts";

let server: Server;
let api: Api;

beforeAll(async () => {
  server = await startServer();
  api = server.api;
  await api.deploy(await bundle("./workflows/schedules.ts", import.meta.url));
}, 120_000);
afterAll(() => server?.stop());

type Page<T> = { data: T[] };
const executionsOf = async (workflow: string, query = ""): Promise<ExecutionSummary[]> => (await api.expect(api.get<Page<ExecutionSummary>>(`/executions?workflow_id=${workflow}&limit=200${query}`), 200)).data;
const scheduleOf = async (workflow: string): Promise<ScheduleDetail> => {
  const { data } = await api.expect(api.get<Page<ScheduleView>>(`/schedules?workflow_id=${workflow}`), 200);
  return api.expect(api.get<ScheduleDetail>(`/schedules/${data[0]?.id}`), 200);
};
async function until<T>(look: () => Promise<T>, holds: (value: T) => boolean, withinMs = 30_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await look();
    if (holds(value)) return value;
    if (Date.now() > deadline) throw new Error(`it did not come to that within ${withinMs} ms: ${JSON.stringify(value).slice(0, 2_000)}`);
  }
}

describe("a schedule of every second", () => {
  test("runs once for each of its seconds, also over a kill", async () => {
    await until(() => scheduleOf("ticking"), ({ run_count }) => run_count >= 3);
    await server.restart();
    const before = (await scheduleOf("ticking")).run_count;
    await until(() => scheduleOf("ticking"), ({ run_count }) => run_count >= before + 3);
    const { id } = await scheduleOf("ticking");
    expect(await api.expect(api.post<ScheduleDetail>(`/schedules/${id}/pause`), 200)).toMatchObject({ paused: true, next_run_at: null });
    const all = await until(() => executionsOf("ticking"), (list) => list.every(({ status }) => status === "completed"));
    const views = await Promise.all(all.map((one) => api.execution(one.id)));
    const times = views.map((view) => Date.parse(String(view.trigger_data.scheduled_at))).sort((a, b) => a - b);
    expect(new Set(times).size).toBe(times.length);
    expect(times.every((time) => time % 1_000 === 0)).toBe(true);
    // Nothing is left out: what came while the server was away was less than a minute late.
    for (const [index, time] of times.entries()) if (index > 0) expect(time - (times[index - 1] ?? 0)).toBe(1_000);
    expect(views[0]).toMatchObject({ trigger: "schedule", trigger_data: { source: id }, output: { kind: "schedule", at: views[0]?.trigger_data.scheduled_at } });
    const settled = await scheduleOf("ticking");
    expect(settled).toMatchObject({ run_count: times.length, missed_count: 0, last_error: null });
  }, 90_000);

  test("can be run by hand, and a range of another backfilled one after another", async () => {
    const { id } = await scheduleOf("paused-daily");
    const { execution_id } = await api.expect(api.post<{ execution_id: string }>(`/schedules/${id}/trigger`), 202);
    expect((await api.end(execution_id)).trigger).toBe("schedule");
    await api.expect(api.post(`/schedules/${id}/backfill`, { from: "2026-01-01T00:00:00Z", to: "2026-01-03T23:00:00Z" }), 202);
    const done = await until(() => scheduleOf("paused-daily"), ({ backfills }) => backfills[0]?.remaining === 0);
    expect(done.backfills).toMatchObject([{ total: 3, started: 3, failed: 0 }]);
  }, 60_000);
});

describe("a workflow of which two run at once for a customer", () => {
  const go = async (id: string): Promise<void> => {
    await api.reach(id, ({ status }) => status === "waiting");
    await api.expect(api.send(id, "go", null), 202, 200);
  };

  test("lets others wait, shows why, and goes on with them in their order, also over a kill", async () => {
    const ids: string[] = [];
    for (let n = 0; n < 4; n++) ids.push(await api.start("limited", { customer_id: 42, n }, `order-${n}`));
    const [first = "", second = "", third = "", fourth = ""] = ids;
    const other = await api.start("limited", { customer_id: 43, n: 9 });
    await api.reach(other, ({ status }) => status === "waiting");
    expect(await api.execution(third)).toMatchObject({ status: "queued", status_reason: "2 of 2 running for customer_id 42", input: { customer_id: 42, n: 2 } });
    expect((await executionsOf("limited", "&status=queued")).map(({ id }) => id).sort()).toEqual([third, fourth].sort());
    expect((await api.post<{ execution_id: string; status: string; created: boolean }>("/workflows/limited/execute", { input: { customer_id: 42, n: 2 } }, { "idempotency-key": "order-2" })).body).toMatchObject({ execution_id: third, status: "queued", created: false });
    expect((await api.send(third, "go", null)).status).toBe(409);
    await server.restart();
    expect(await api.execution(third)).toMatchObject({ status: "queued" });
    await go(second);
    await api.end(second);
    await go(third);
    expect(await api.end(third)).toMatchObject({ status: "completed", output: 2 });
    await go(first);
    await go(fourth);
    for (const id of [first, fourth]) expect((await api.end(id)).status).toBe("completed");
    await go(other);
    expect((await executionsOf("limited")).map(({ id }) => id).sort()).toEqual([...ids, other].sort());
  }, 90_000);

  test("one that waits can be cancelled, and is then like any other that was", async () => {
    const ids = [];
    for (let n = 0; n < 3; n++) ids.push(await api.start("limited", { customer_id: 7, n }));
    const [one = "", two = "", three = ""] = ids;
    expect((await api.expect(api.post<{ status: string }>(`/executions/${three}/cancel`, { reason: "not wanted" }), 200, 202)).status).toBe("cancelled");
    expect(await api.execution(three)).toMatchObject({ status: "cancelled", error: { message: "not wanted" }, steps: [] });
    expect((await executionsOf("limited", "&status=cancelled")).map(({ id }) => id)).toEqual([three]);
    for (const id of [one, two]) await go(id);
    for (const id of [one, two]) await api.end(id);
  }, 60_000);
});

test("a rate limit answers 429 and when to come again", async () => {
  await api.end(await api.start("rare"));
  const refused = await fetch(`${server.url}/api/v1/workflows/rare/execute`, { method: "POST", headers: { authorization: `Bearer ${server.keys.apiKey}`, "content-type": "application/json" }, body: "{}" });
  expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([429, "flow-rate-limited"]);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(3_000);
});

test("debounce begins once, with the last input", async () => {
  const ids: string[] = [];
  for (const n of [1, 2, 3]) ids.push(await api.start("calm", { n }));
  expect(new Set(ids).size).toBe(1);
  expect(await api.end(ids[0] ?? "")).toMatchObject({ status: "completed", output: 3 });
});

test("a batch begins when it is full, with all its inputs", async () => {
  const ids: string[] = [];
  for (const n of [1, 2, 3]) ids.push(await api.start("gathers", { n }));
  expect(new Set(ids).size).toBe(1);
  expect(await api.end(ids[0] ?? "")).toMatchObject({ status: "completed", output: [1, 2, 3] });
});

test("children take turns too, and reach their parent", async () => {
  const id = await api.start("limited-parent");
  expect(await api.end(id)).toMatchObject({ status: "completed", output: [10, 20, 30] } satisfies Partial<ExecutionView>);
}, 60_000);
