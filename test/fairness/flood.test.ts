/**
 * One tenant floods a real server, another starts an execution every so often. Machines
 * differ and are busy with other things: what is asked of the neighbour's delay is a multiple
 * of what it had a moment before, on the same server.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { plans } from "../../worker/auth/plans.ts";
import type { ExecutionView } from "../../sdk/schema/execution.ts";
import type { Api } from "../support/api.ts";
import { bundle } from "../support/bundle.ts";
import { type Server, startServer } from "../support/server.ts";

/** Of the quiet time's p95, or of `leastMs`: the neighbour's p95 during a flood. */
const mostTimes = 20;
const leastMs = 50;
/** One thread runs everybody's code: it may cost the neighbour so often what it computes without a pause. */
const mostSlices = 20;
const connections = 200;
const requests = 2_000;
const samples = 40;

let server: Server;
let neighbour: Api;
let flooding: { api: Api; id: string };

async function tenant(slug: string, plan: "free" | "enterprise"): Promise<{ api: Api; id: string }> {
  const operator = server.as(server.keys.operatorKey);
  const made = await operator.expect(operator.post<{ id: string; api_key: string }>("/operator/tenants", { slug, name: slug, plan, limits: { executions_per_month: null } }), 201);
  const api = server.as(made.api_key);
  await api.deploy(await bundle("./workflows.ts", import.meta.url));
  return { api, id: made.id };
}

beforeAll(async () => {
  server = await startServer();
  neighbour = (await tenant("neighbour", "enterprise")).api;
  flooding = await tenant("flooding", "free");
  await delays(20);
}, 240_000);
afterAll(() => server?.stop());

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const p95 = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? Number.NaN;

/** From asking for a start until its first step runs, ms. */
async function delay(): Promise<number> {
  const began = Date.now();
  const view = await neighbour.expect(neighbour.post<ExecutionView>("/workflows/busy/execute", { input: {}, wait: true }), 200);
  return Number(view.output) - began;
}

/** So many samples, or as many as the time allows. */
async function delays(count: number, goOn: () => boolean = () => true): Promise<number[]> {
  const all: number[] = [];
  while (all.length < count && (all.length === 0 || goOn())) {
    all.push(await delay());
    await pause(20);
  }
  return all;
}

/** Starts executions by many connections, without heeding what it is told. */
async function flood(input: { burnMs: number }): Promise<Record<number, number>> {
  const answers: Record<number, number> = {};
  let sent = 0;
  const client = async (): Promise<void> => {
    while (sent < requests) {
      sent++;
      const { status } = await flooding.api.post("/workflows/busy/execute", { input });
      answers[status] = (answers[status] ?? 0) + 1;
      if (status === 429) await pause(50);
    }
  };
  await Promise.all(Array.from({ length: connections }, client));
  return answers;
}

async function measure(input: { burnMs: number }) {
  const quiet = p95(await delays(samples));
  let over = false;
  const began = Date.now();
  const answers = flood(input).finally(() => (over = true));
  const [during, statuses] = await Promise.all([delays(samples, () => !over), answers]);
  return { quiet, loud: p95(during), samples: during.length, statuses, minutes: (Date.now() - began) / 60_000 };
}

/** What else a machine does for half a minute is not the flood's doing. */
const again = { retry: 2, timeout: 600_000 };

describe("a tenant that floods", () => {
  test("with starts delays its neighbour by no more than a small multiple, and is refused what is too much", again, async () => {
    const { statuses, minutes, ...figures } = await measure({ burnMs: 0 });
    const { quiet, loud } = figures;
    console.log(JSON.stringify({ ...figures, statuses }));
    expect(loud).toBeLessThan(mostTimes * Math.max(quiet, leastMs));
    expect(Object.keys(statuses).map(Number).sort()).toEqual([202, 429]);
    // What its key may at once, what came back meanwhile, and what is let through unreported.
    const limit = plans.free.requests_per_minute_per_key;
    expect(statuses[202]).toBeLessThanOrEqual(limit * (1 + minutes) + limit / 10 + 2);
    expect(statuses[429]).toBeGreaterThan(requests / 4);
  });

  test("with code that computes within its limits, likewise", again, async () => {
    const burnMs = 30;
    const { statuses, ...figures } = await measure({ burnMs });
    const { quiet, loud } = figures;
    console.log(JSON.stringify({ ...figures, statuses }));
    expect(loud).toBeLessThan(mostTimes * Math.max(quiet, leastMs) + mostSlices * burnMs);
    expect(Object.keys(statuses).map(Number).sort()).toEqual([202, 429]);
  });
});
