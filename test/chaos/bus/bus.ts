/**
 * The second chaos run: outbox, event triggers, waiting steps, schedules, approvals, webhooks
 * in and out, under the same kills as ../chaos.ts.
 * @module
 */
import type { ExecutionSummary, ExecutionView } from "../../../sdk/schema/execution.ts";
import type { Api } from "../../support/api.ts";
import { bundle } from "../../support/bundle.ts";
import { type Server, startServer } from "../../support/server.ts";
import { pause } from "../pause.ts";
import { Random } from "../random.ts";
import { Caller } from "./caller.ts";
import { BusDriver, type Item } from "./driver.ts";
import { Receiver } from "./receiver.ts";
import { verifyBus } from "./verify.ts";

export interface BusOptions {
  seed: number;
  kills: number;
  /** Numbers that go through all of it. */
  items: number;
  patienceMs: number;
}

export interface BusReport {
  seed: number;
  kills: number;
  items: number;
  executions: Record<string, number>;
  deliveries: number;
  repeated_deliveries: number;
  violations: string[];
  settled_ms: number;
  ms: number;
  server_output: string;
}

const workflows = ["bus-tick", "bus-heard", "bus-echoed", "bus-waiting", "bus-asked", "bus-hooked"];

/** @param say told how it goes, a line at a time */
export async function chaosBus(options: BusOptions, say: (line: string) => void = () => {}): Promise<BusReport> {
  const began = Date.now();
  const random = new Random(options.seed);
  const receiver = await Receiver.open();
  let server: Server | undefined;
  try {
    server = await startServer({ egressAllow: "127.0.0.1" });
    const { api } = server;
    const hook = await api.expect(api.request<{ secret: string }>("PUT", "/hooks/chaos", { scheme: "standard" }), 201);
    receiver.secret = (await api.expect(api.post<{ secret: string }>("/webhooks", { url: receiver.url, event_types: ["chaos.*"], filter: { wanted: { $ne: false } } }), 201)).secret;
    await api.deploy(await bundle("./workflows.ts", import.meta.url));
    const caller = new Caller(server);
    const driver = new BusDriver(caller, hook.secret);
    const killAfterMs = Array.from({ length: options.kills }, () => random.between(600, 3_500));
    const items = Array.from({ length: options.items }, (_, n): Item => {
      const round = random.between(0, options.kills - 1);
      return { n, round, afterMs: random.between(0, killAfterMs[round] ?? 0) };
    });
    for (const [round, ms] of killAfterMs.entries()) {
      await api.expect(api.get("/executions?limit=1"), 200);
      driver.launch(items.filter((item) => item.round === round));
      await pause(ms);
      caller.down();
      await server.kill();
      say(`kill ${round + 1} of ${options.kills}, ${ms} ms after its first answer: ${driver.told.length} numbers through, ${receiver.received.length} deliveries received`);
      await server.start();
      caller.up();
    }
    const lastStart = Date.now();
    await driver.settled();
    const executions = await collect(api, options.items, receiver, lastStart + options.patienceMs);
    const violations = [...driver.violations, ...verifyBus({ told: driver.told, executions, received: receiver.received })];
    return {
      ...options,
      executions: Object.fromEntries(workflows.map((workflow) => [workflow, executions.get(workflow)?.length ?? 0])),
      deliveries: receiver.received.length,
      repeated_deliveries: receiver.received.length - new Set(receiver.received.map(({ id }) => id)).size,
      violations,
      settled_ms: Date.now() - lastStart,
      ms: Date.now() - began,
      server_output: server.output,
    };
  } finally {
    await server?.stop();
    await receiver.close();
  }
}

/** Everything, once it is all there and has ended, or time is up. */
async function collect(api: Api, items: number, receiver: Receiver, deadline: number): Promise<Map<string, ExecutionView[]>> {
  // No more ticks: what is there by now has to end.
  await api.expect(api.request("PATCH", "/workflows/bus-tick", { is_active: false }), 200);
  for (;;) {
    const found = new Map<string, ExecutionSummary[]>();
    for (const workflow of workflows) found.set(workflow, await listAll(api, workflow));
    const all = [...found.values()].flat();
    const complete = workflows.every((workflow) => (found.get(workflow)?.length ?? 0) >= (workflow === "bus-tick" ? 1 : items)) && all.every(({ status }) => ["completed", "failed", "cancelled"].includes(status));
    const delivered = new Set(receiver.received.filter(({ type }) => type === "chaos.echoed").map(({ n }) => n)).size >= items;
    if ((complete && delivered) || Date.now() > deadline) return viewsOf(api, found);
    await pause(500);
  }
}

async function viewsOf(api: Api, found: Map<string, ExecutionSummary[]>): Promise<Map<string, ExecutionView[]>> {
  const views = new Map<string, ExecutionView[]>();
  for (const [workflow, all] of found) {
    const list: ExecutionView[] = [];
    for (const { id } of all) list.push(await api.execution(id));
    views.set(workflow, list);
  }
  return views;
}

async function listAll(api: Api, workflow: string): Promise<ExecutionSummary[]> {
  const all: ExecutionSummary[] = [];
  let cursor: string | null = null;
  do {
    const page: { data: ExecutionSummary[]; pagination: { next_cursor: string | null } } = await api.expect(api.get(`/executions?workflow_id=${workflow}&limit=200${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`), 200);
    all.push(...page.data);
    cursor = page.pagination.next_cursor;
  } while (cursor !== null);
  return all;
}
