import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { type StepRecord, toRow } from "../../sdk/schema/journal.ts";
import type { Env } from "../../worker/env.ts";
import { applyOutcome, childPollMs } from "./outcome.ts";
import { Outside } from "./outside.ts";
import type { Platform } from "./ports.ts";
import { type Execution, newExecution } from "./state.ts";
import { Store } from "./store.ts";

const { EXECUTION } = env as unknown as Env;
const id = "execution";

interface Bench {
  execution: Execution;
  store: Store;
  outside: Outside;
  /** What others were told, in order. */
  told: string[];
  /** The next tellings fail. */
  failing: { times: number };
  write(...steps: StepRecord[]): void;
  tend(): Promise<void>;
}

function withExecution(body: (bench: Bench) => Promise<void>): Promise<void> {
  return runInDurableObject(EXECUTION.get(EXECUTION.newUniqueId()), async (_, state) => {
    const execution = newExecution({ tenant: "t", id, workflowId: "w", bundle: "b", version: 1, trigger: { kind: "manual" }, input: "j{}", timeoutMs: null, createdAt: 0, parent: null });
    const store = new Store(state.storage.sql);
    store.open();
    store.save(execution);
    const told: string[] = [];
    const failing = { times: 0 };
    const tell = async (verb: string, keys: readonly string[]): Promise<void> => {
      told.push(`${verb} ${keys.join(" ")}`);
      if (failing.times-- > 0) throw new Error("overloaded");
    };
    const platform = {
      announce: (_cause: unknown, steps: ReadonlyArray<{ key: string; kind: string }>) => tell("announce", steps.map(({ key, kind }) => `${kind}:${key}`)),
      withdraw: (_cause: unknown, keys: readonly string[]) => tell("withdraw", keys),
    } as unknown as Platform;
    const outside = new Outside(store, platform);
    const write = (...steps: StepRecord[]): void => store.journal.append(id, JSON.stringify(steps.map(toRow)));
    await body({ execution, store, outside, told, failing, write, tend: () => outside.tend(execution, store.journal.open(id)) });
  });
}

const step = (name: string, over: Partial<StepRecord> = {}): StepRecord => ({
  key: `${name}-1`, name, count: 1, kind: "event", status: "waiting", started: 1, ended: null, attempt: 0, startedAt: 7, endedAt: null, due: 1_000_000, output: null, error: null, detail: { type: "paid", match: {} }, ...over,
});
const ended: Partial<StepRecord> = { status: "completed", ended: 2, endedAt: 8, output: "j1" };

describe("steps that wait for something outside", () => {
  it("are announced once, approvals and events of the tenant; others are not", () =>
    withExecution(async ({ write, tend, told }) => {
      write(step("wait"), step("ask", { kind: "approval", detail: { approval: { title: "?" } } }), step("own", { detail: { type: "paid" } }), step("nap", { kind: "sleep", detail: null }));
      await tend();
      await tend();
      expect(told).toEqual(["announce event:wait-1 approval:ask-1"]);
    }));

  it("cost an execution that has none not even a look into its journal", () =>
    withExecution(async ({ execution, outside, store, told }) => {
      const { journal } = store;
      journal.children = () => {
        throw new Error("looked");
      };
      await outside.tend(execution, []);
      expect(told).toEqual([]);
    }));

  it("are withdrawn once they have ended, and only then", () =>
    withExecution(async ({ write, tend, told }) => {
      write(step("a"), step("b"));
      await tend();
      write(step("a", ended));
      await tend();
      await tend();
      expect(told).toEqual(["announce event:a-1 event:b-1", "withdraw a-1"]);
    }));

  it("are all withdrawn when the execution has ended, though they still stand as waiting", () =>
    withExecution(async ({ execution, write, tend, told }) => {
      write(step("a"), step("b"));
      await tend();
      execution.status = "cancelled";
      await tend();
      expect(told.at(-1)).toBe("withdraw a-1 b-1");
    }));

  it("are withdrawn also by a process that did not announce them", () =>
    withExecution(async ({ write, tend, told, store, outside }) => {
      write(step("a"));
      await tend();
      write(step("a", ended));
      const woken = store.find(id);
      if (woken) await outside.tend(woken, store.journal.open(id));
      expect(told.at(-1)).toBe("withdraw a-1");
    }));

  it("are announced anew when they wait again after they were withdrawn", () =>
    withExecution(async ({ execution, write, tend, told, outside }) => {
      write(step("a"));
      await tend();
      await outside.tend(execution, []);
      await tend();
      expect(told).toEqual(["announce event:a-1", "withdraw a-1", "announce event:a-1"]);
    }));
});

describe("a telling that fails", () => {
  it("is repeated: the timer that asks after children stays until it came through", () =>
    withExecution(async ({ execution, write, tend, failing, store, told }) => {
      write(step("a"));
      failing.times = 1;
      await expect(tend()).rejects.toThrow("overloaded");
      applyOutcome(execution, { type: "suspended" }, store.journal.open(id), 1_000);
      expect(execution.timers["children"]).toBe(1_000 + childPollMs);
      await tend();
      applyOutcome(execution, { type: "suspended" }, store.journal.open(id), 2_000);
      expect(execution.timers["children"]).toBeUndefined();
      expect(told).toEqual(["announce event:a-1", "announce event:a-1"]);
    }));

  it("of a withdrawal is repeated with the next turn", () =>
    withExecution(async ({ write, tend, failing, told }) => {
      write(step("a"));
      await tend();
      write(step("a", ended));
      failing.times = 1;
      await expect(tend()).rejects.toThrow("overloaded");
      await tend();
      expect(told).toEqual(["announce event:a-1", "withdraw a-1", "withdraw a-1"]);
    }));
});
