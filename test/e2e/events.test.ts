import { afterAll, beforeAll, expect, test } from "vitest";
import type { ExecutionSummary } from "../../sdk/schema/execution.ts";
import type { Api } from "../support/api.ts";
import { bundle } from "../support/bundle.ts";
import { type Server, startServer } from "../support/server.ts";

let server: Server;
let api: Api;

beforeAll(async () => {
  server = await startServer();
  api = server.api;
  await api.deploy(await bundle("./workflows/events.ts", import.meta.url));
}, 120_000);
afterAll(() => server?.stop());

interface EventView {
  id: string;
  type: string;
  status: string;
  error: string | null;
  starts: { workflow_id: string; execution_id: string | null; code: string | null }[];
}

const executionsOf = async (workflow: string): Promise<ExecutionSummary[]> => (await api.expect(api.get<{ data: ExecutionSummary[] }>(`/executions?workflow_id=${workflow}&limit=100`), 200)).data;
const eventsOf = async (query: string): Promise<EventView[]> => (await api.expect(api.get<{ data: EventView[] }>(`/events?${query}`), 200)).data;
const within = { timeout: 30_000, interval: 100 };

test("a workflow's event starts another that its filter fits, and reaches one that waits for it: once each, over nudges and a crash", { timeout: 120_000 }, async () => {
  const waiting = await api.start("shipment", { order: "1" });
  const other = await api.start("shipment", { order: "3" });
  for (const id of [waiting, other]) await api.reach(id, ({ status }) => status === "waiting");
  const small = await api.end(await api.start("orders", { order: "1", amount: 50 }));
  const large = await api.end(await api.start("orders", { order: "2", amount: 250 }));

  expect((await api.end(waiting)).output).toBe(50);
  await expect.poll(() => executionsOf("large-order"), within).toHaveLength(1);
  const [started] = await executionsOf("large-order");
  const execution = await api.end(started?.id ?? "");
  expect(execution).toMatchObject({ status: "completed", output: { order: "2", kind: "event" }, trigger: "event" });
  expect(execution.trigger_data).toMatchObject({ event: { id: large.output, type: "order.paid", record: { type: "order", id: "2" } }, chain: [{ workflow_id: "orders", execution_id: large.id }] });

  // Dispatched again and again, and through a crash in the midst of it.
  const again = () => Promise.allSettled([small.output, large.output].flatMap((id) => Array.from({ length: 5 }, () => api.post(`/events/${String(id)}/redispatch`))));
  await again();
  void again();
  await server.restart();
  await again();
  await expect.poll(() => eventsOf("status=pending"), within).toEqual([]);
  expect(await executionsOf("large-order")).toHaveLength(1);
  const view = await api.expect(api.get<EventView>(`/events/${String(large.output)}`), 200);
  expect(view.starts).toEqual([{ workflow_id: "large-order", execution_id: started?.id, code: null, detail: null }]);
  expect((await api.execution(other)).status).toBe("waiting");
});

test("a step that begins to wait while events pour in misses none", { timeout: 120_000 }, async () => {
  const orders = Array.from({ length: 20 }, (_, index) => `race-${index}`);
  const shipments = await Promise.all(
    orders.map(async (order, index) => {
      // The event is published when the step has just begun to wait, or has waited for a moment.
      const id = await api.start("shipment", { order });
      await api.reach(id, ({ status }) => status === "waiting");
      if (index % 2 === 0) await new Promise((resolve) => setTimeout(resolve, index * 5));
      await api.expect(api.post("/events", { type: "order.paid", data: { order, amount: index } }), 202);
      return id;
    }),
  );
  for (const [index, id] of shipments.entries()) expect((await api.end(id)).output).toBe(index);
});

test("two workflows that start each other are stopped, and the event says so", { timeout: 120_000 }, async () => {
  await api.expect(api.post("/events", { type: "ping.sent" }), 202);
  const refused = async () => (await eventsOf("limit=200")).filter(({ error }) => error?.includes("in a circle"));
  await expect.poll(refused, { timeout: 60_000, interval: 200 }).toHaveLength(1);
  const [event] = await refused();
  const view = await api.expect(api.get<EventView>(`/events/${event?.id ?? ""}`), 200);
  expect(view.starts).toMatchObject([{ workflow_id: "ping", execution_id: null, code: "event-loop" }]);
  await expect.poll(() => eventsOf("status=pending"), within).toEqual([]);
  expect([(await executionsOf("ping")).length, (await executionsOf("pong")).length]).toEqual([5, 5]);
});

test("executions that fail, or end, start what listens to that", { timeout: 120_000 }, async () => {
  await api.end(await api.start("breaks"));
  await expect.poll(async () => (await executionsOf("on-failure")).length, within).toBe(1);
  const [failure] = await executionsOf("on-failure");
  expect((await api.end(failure?.id ?? "")).output).toBe("it broke");
  const [large] = await executionsOf("large-order");
  const [end] = await executionsOf("on-end");
  expect((await api.end(end?.id ?? "")).output).toBe(large?.id);
  // Those that nobody listens to are no events.
  expect((await eventsOf("type=execution.cancelled")).length).toBe(0);
});

test("a filter that cannot be is refused, with its place and what is wrong", async () => {
  const { status, body } = await api.post<{ code: string; detail: string }>("/deployments", await bundle("./workflows/faulty-filter.ts", import.meta.url));
  expect([status, body.code]).toEqual([422, "bundle-rejected"]);
  expect(body.detail).toMatch(/\.js:\d+:\d+ [^]*the filter of on\.event\("order\.paid"\): amount: there is no comparison \$above; there are \$eq/);
});
