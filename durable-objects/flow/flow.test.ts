/** The object on its real disk, with a platform that remembers; time is the test's own. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { encode } from "../../sdk/schema/codec.ts";
import type { ExecutionStatus } from "../../sdk/schema/execution.ts";
import type { FlowManifest } from "../../sdk/schema/flow.ts";
import type { Env } from "../../worker/env.ts";
import type { StartRequest } from "../execution/contract.ts";
import { flowClass } from "./index.ts";
import type { FlowPlatform } from "./ports.ts";

const { FLOW } = env as unknown as Env;
/** Far ahead: the real alarm never rings. */
const start = Date.UTC(2099, 0, 1);
const two: FlowManifest = { concurrency: { limit: 2, key: "customer" } };

interface World {
  executions: Map<string, ExecutionStatus>;
  inputs: Map<string, string>;
  starts: string[];
  index: Set<string>;
  ended: Map<string, string>;
  flow: FlowManifest;
  fail: ((what: "start" | "end" | "register" | "status", id: string) => void) | null;
}
let world: World;
let name = "";

const platform = (): FlowPlatform => ({
  read: async () => world.flow,
  async start(request) {
    world.fail?.("start", request.id);
    world.starts.push(request.id);
    const created = !world.executions.has(request.id);
    if (created) world.executions.set(request.id, "running");
    world.inputs.set(request.id, request.input);
    return { ok: true, value: { id: request.id, status: "running", created } };
  },
  async end(request, reason) {
    world.fail?.("end", request.id);
    world.ended.set(request.id, reason);
    world.executions.set(request.id, "cancelled");
  },
  async status(_, id) {
    world.fail?.("status", id);
    return world.executions.get(id) ?? null;
  },
  async register(request) {
    world.fail?.("register", request.id);
    world.index.add(request.id);
  },
});

type Flow = InstanceType<ReturnType<typeof flowClass<Env>>>;
const Class = flowClass<Env>(platform);

/** A fresh object on the same disk, as after each restart; with all that goes on after its answer. */
async function on<T>(use: (object: Flow) => Promise<T>): Promise<T> {
  return runInDurableObject(FLOW.getByName(name), async (_, state) => {
    const after: Promise<unknown>[] = [];
    Object.defineProperty(state, "waitUntil", { value: (work: Promise<unknown>) => void after.push(work), configurable: true });
    const done = await use(new Class(state, env as unknown as Env));
    await Promise.all(after);
    return done;
  });
}

const request = (id: string, input: unknown = { customer: 42 }, more: Partial<StartRequest> = {}): StartRequest => ({ tenant: "t", id, workflowId: "w", bundle: "b", version: 1, trigger: { kind: "api", flow: true }, input: encode(input), timeoutMs: null, createdAt: Date.now(), parent: null, ...more });
const offer = (id: string, flow: FlowManifest = two, input?: unknown) => {
  world.flow = flow;
  return on((object) => object.offer(request(id, input), flow));
};
const find = (id: string) => on((object) => object.find(id));
const end = (id: string) => {
  world.executions.set(id, "completed");
  return on((object) => object.released(id));
};
const at = (ms: number) => {
  vi.setSystemTime(start + ms);
  return on((object) => object.alarm());
};
const began = () => [...world.executions.entries()].filter(([, status]) => status !== "cancelled").map(([id]) => id);

beforeEach(() => {
  vi.useFakeTimers({ now: start, toFake: ["Date"] });
  name = crypto.randomUUID();
  world = { executions: new Map(), inputs: new Map(), starts: [], index: new Set(), ended: new Map(), flow: {}, fail: null };
});
afterEach(() => vi.useRealTimers());

describe("a start that has room", () => {
  it("begins at once, and is in no list of those that wait", async () => {
    expect(await offer("a")).toEqual({ ok: true, value: { id: "a", status: "running", created: true, createdAt: start } });
    expect([began(), [...world.index], await find("a")]).toEqual([["a"], [], null]);
  });
  it("is the same start when it comes again", async () => {
    await offer("a");
    expect(await offer("a")).toMatchObject({ ok: true, value: { id: "a", status: "running", created: false } });
    expect(world.starts).toEqual(["a"]);
  });
});

describe("a start above the limit", () => {
  beforeEach(async () => {
    for (const id of ["a", "b", "c", "d"]) await offer(id);
  });

  it("waits, is listed, and says for what", async () => {
    expect(began()).toEqual(["a", "b"]);
    expect([...world.index]).toEqual(["c", "d"]);
    expect(await find("c")).toMatchObject({ status: "queued", reason: "2 of 2 running for customer 42", request: { id: "c" } });
    expect(await offer("c")).toMatchObject({ ok: true, value: { id: "c", status: "queued", created: false } });
  });

  it("of another key has room of its own", async () => {
    await offer("e", two, { customer: 43 });
    expect(began()).toEqual(["a", "b", "e"]);
  });

  it("begins when one ends, in the order of arrival, and the end may be said twice", async () => {
    await end("a");
    await end("a");
    expect(began()).toEqual(["a", "b", "c"]);
    await end("b");
    expect(began()).toEqual(["a", "b", "c", "d"]);
  });

  it("begins although nobody said that one has ended: the flow asks", async () => {
    world.executions.set("a", "failed");
    await at(29_000);
    expect(began()).toHaveLength(2);
    await at(30_000);
    expect(began()).toEqual(["a", "b", "c"]);
  });

  it("can be cancelled while it waits, and begins no more", async () => {
    expect(await on((object) => object.cancel("c", "not wanted"))).toMatchObject({ ok: true, value: { id: "c", status: "cancelled" } });
    expect([await find("c"), world.ended.get("c")]).toEqual([null, "not wanted"]);
    await end("a");
    expect(began()).toEqual(["a", "b", "d"]);
    expect(await on((object) => object.cancel("a", ""))).toMatchObject({ ok: false, code: "not-found" });
  });

  it("begins when the workflow is deployed with more room, though nobody comes", async () => {
    world.flow = { concurrency: { limit: 3, key: "customer" } };
    await at(40_000);
    expect(began()).toEqual(["a", "b", "c"]);
    world.flow = {};
    await at(80_000);
    expect(began()).toEqual(["a", "b", "c", "d"]);
  });
});

describe("a crash", () => {
  const dies = (what: string) => {
    world.fail = (doing) => {
      if (doing === what) throw new Error("the process died");
    };
  };
  it("before a start is told begins it later, once", async () => {
    dies("start");
    expect(await offer("a")).toMatchObject({ ok: true, value: { id: "a", status: "queued", created: true } });
    expect([...world.index]).toEqual(["a"]);
    world.fail = null;
    await at(20_000);
    expect(world.starts).toEqual(["a"]);
  });
  it("before the index is told tells it later", async () => {
    await offer("a", { concurrency: { limit: 1 } });
    dies("register");
    await expect(offer("b", { concurrency: { limit: 1 } })).rejects.toThrow("the process died");
    world.fail = null;
    await at(5_000);
    expect([...world.index]).toEqual(["b"]);
    await end("a");
    expect(world.starts).toEqual(["a", "b"]);
  });
  it("before one is cancelled cancels it later", async () => {
    await offer("a", { concurrency: { limit: 1 } });
    await offer("b", { concurrency: { limit: 1 } });
    dies("end");
    await on((object) => object.cancel("b", "no"));
    world.fail = null;
    await at(20_000);
    expect([world.ended.get("b"), began()]).toEqual(["no", ["a"]]);
  });
  it("that lost an execution which was told to begin begins it again", async () => {
    await offer("a");
    world.executions.delete("a");
    await at(30_000);
    expect(world.starts).toEqual(["a", "a"]);
  });
});

describe("a rate limit", () => {
  const flow: FlowManifest = { rate_limit: { limit: 2, period_ms: 60_000, key: "customer" } };
  it("refuses what is more, says when there is room, and keeps nothing of it", async () => {
    await offer("a", flow);
    await offer("b", flow);
    vi.setSystemTime(start + 20_000);
    expect(await offer("c", flow)).toEqual({ ok: false, code: "flow-rate-limited", detail: "The workflow takes 2 starts in 60 seconds for customer 42. There is room again in 40 seconds.", retryMs: 40_000 });
    expect(await offer("d", flow, { customer: 1 })).toMatchObject({ ok: true });
    vi.setSystemTime(start + 60_000);
    expect(await offer("c", flow)).toMatchObject({ ok: true, value: { created: true } });
  });
});

describe("a throttle", () => {
  const flow: FlowManifest = { throttle: { limit: 6, period_ms: 60_000, burst: 1 } };
  it("lets one after the other begin, at its time", async () => {
    for (const id of ["a", "b", "c"]) await offer(id, flow);
    expect([began(), (await find("b"))?.reason]).toEqual([["a"], "at most 6 start in 60 seconds"]);
    await at(9_999);
    expect(began()).toEqual(["a"]);
    await at(10_000);
    expect(began()).toEqual(["a", "b"]);
    await at(20_000);
    expect(began()).toEqual(["a", "b", "c"]);
  });
});

describe("debounce", () => {
  const flow: FlowManifest = { debounce: { period_ms: 5_000, timeout_ms: 12_000, key: "customer" } };
  it("begins once after silence, with the last input, under the first one's id", async () => {
    expect(await offer("a", flow, { customer: 42, n: 1 })).toMatchObject({ value: { id: "a", status: "queued", created: true } });
    vi.setSystemTime(start + 3_000);
    expect(await offer("b", flow, { customer: 42, n: 2 })).toMatchObject({ value: { id: "a", status: "queued", created: false, createdAt: start } });
    expect((await find("a"))?.reason).toContain("nothing has come for 5 seconds for customer 42: at 2099-01-01T00:00:08");
    await at(7_999);
    expect(began()).toEqual([]);
    await at(8_000);
    expect([began(), world.inputs.get("a")]).toEqual([["a"], encode({ customer: 42, n: 2 })]);
    expect(await offer("b", flow, { customer: 42, n: 2 })).toMatchObject({ value: { id: "a", status: "running", created: false } });
    expect(world.starts).toEqual(["a"]);
  });
  it("waits no longer than its timeout", async () => {
    for (const [index, id] of ["a", "b", "c", "d"].entries()) {
      vi.setSystemTime(start + index * 3_000);
      await offer(id, flow, { customer: 42, n: index });
    }
    await at(12_000);
    expect([began(), world.inputs.get("a")]).toEqual([["a"], encode({ customer: 42, n: 3 })]);
  });
  it("leaves children alone: each has a parent that waits for it", async () => {
    expect(await on((object) => object.offer(request("child", {}, { parent: { id: "p", stepKey: "s-1" } }), flow))).toMatchObject({ value: { id: "child", status: "running", created: true } });
  });
});

describe("a batch", () => {
  const flow: FlowManifest = { batch: { size: 3, timeout_ms: 10_000 } };
  it("begins with all its inputs when it is full, or when its time has come", async () => {
    for (const n of [1, 2]) await offer(`a${n}`, flow, { n, at: new Date(n) });
    expect((await find("a1"))?.reason).toContain("2 of 3 inputs collected");
    await offer("a3", flow, { n: 3 });
    expect(world.inputs.get("a1")).toBe(encode({ items: [{ n: 1, at: new Date(1) }, { n: 2, at: new Date(2) }, { n: 3 }] }));
    await offer("b", flow, { n: 4 });
    await at(10_000);
    expect([began(), world.inputs.get("b")]).toEqual([["a1", "b"], encode({ items: [{ n: 4 }] })]);
  });
});

describe("a singleton", () => {
  it("refuses another while one runs, naming it", async () => {
    const flow: FlowManifest = { singleton: { mode: "skip", key: "customer" } };
    await offer("a", flow);
    expect(await offer("b", flow)).toMatchObject({ ok: false, code: "flow-singleton", detail: expect.stringContaining("a has not ended"), retryMs: null });
    await end("a");
    expect(await offer("b", flow)).toMatchObject({ ok: true, value: { created: true } });
  });
  it("or ends the one before, and begins when that has ended", async () => {
    const flow: FlowManifest = { singleton: { mode: "cancel" } };
    await offer("a", flow);
    await offer("b", flow);
    expect([world.ended.get("a"), world.executions.get("b")]).toEqual(["another execution took its place: b", "running"]);
  });
});

it("higher priorities begin first", async () => {
  const flow: FlowManifest = { concurrency: { limit: 1 }, priority: "urgency" };
  for (const [id, urgency] of [["a", 0], ["b", 1], ["c", 5], ["d", 1], ["e", "none"]] as const) await offer(id, flow, { urgency });
  for (const id of ["a", "c", "b", "d"]) await end(id);
  expect(began()).toEqual(["a", "c", "b", "d", "e"]);
});

it("whoever takes a tenant away leaves nothing of it here", async () => {
  await offer("a", { concurrency: { limit: 1 } });
  await offer("b", { concurrency: { limit: 1 } });
  await on((object) => object.erase());
  expect(await find("b")).toBeNull();
});
