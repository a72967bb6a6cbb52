import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import type { ExecutionStatus, StepView } from "../../sdk/schema/execution.ts";
import { type StepRecord, type StepRow, toRow } from "../../sdk/schema/journal.ts";
import type { Env } from "../../worker/env.ts";
import { type RealtimeMessage, watchMs } from "../realtime/contract.ts";
import { Onlookers } from "./onlookers.ts";
import type { Observer, Platform } from "./ports.ts";
import { type Execution, newExecution } from "./state.ts";
import { Store } from "./store.ts";

const { EXECUTION } = env as unknown as Env;

interface Bench {
  execution: Execution;
  store: Store;
  onlookers: Onlookers;
  /** Steps told, by message, as key and status. */
  told: string[][];
  progressed: StepRow[];
  /** Set: publishing waits for it. */
  gate: { wait: Promise<void> | null };
}

const withOnlookers = (body: (bench: Bench) => Promise<void>, observer: Partial<Observer> = {}) =>
  runInDurableObject(EXECUTION.get(EXECUTION.newUniqueId()), async (_, state) => {
    const execution = newExecution({ tenant: "t", id: "e", workflowId: "w", bundle: "b", version: 1, trigger: { kind: "manual" }, input: "j{}", timeoutMs: null, createdAt: 0, parent: null });
    const store = new Store(state.storage.sql);
    store.open();
    store.save(execution);
    const bench: Omit<Bench, "onlookers"> = { execution, store, told: [], progressed: [], gate: { wait: null } };
    const port: Observer = {
      async publish(tenant, messages) {
        expect(tenant).toBe("t");
        await bench.gate.wait;
        for (const message of messages) bench.told.push(stepsIn(message));
      },
      progressed: (rows) => void bench.progressed.push(...rows),
      ended: () => {},
      ...observer,
    };
    await body({ ...bench, onlookers: new Onlookers(store, { observer: port } as Platform) });
  });

function stepsIn({ topic, type, data, about }: RealtimeMessage): string[] {
  expect({ topic, type, about }).toEqual({ topic: "executions:e", type: "execution.steps", about: { execution_id: "e" } });
  return (data as { steps: StepView[] }).steps.map(({ key, status, output }) => `${key} ${status} ${JSON.stringify(output)}`);
}

const step = (key: string, more: Partial<StepRecord> = {}): StepRow => toRow({ key, name: key, count: 1, kind: "do", status: "completed", started: 1, ended: 2, attempt: 1, startedAt: 1, endedAt: 2, due: null, output: "j1", error: null, detail: null, ...more });
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

describe("steps of an execution", () => {
  it("are told of only while somebody watches", () =>
    withOnlookers(async ({ execution, onlookers, told, progressed }) => {
      onlookers.committed(execution, [step("a")], 0);
      expect(onlookers.watch(execution, 0, false)).toBe(true);
      onlookers.committed(execution, [step("b")], watchMs - 1);
      await settled();
      onlookers.committed(execution, [step("c")], watchMs);
      await settled();
      expect(told).toEqual([["b completed 1"]]);
      expect(progressed).toHaveLength(3);
    }));

  it("go together when they change while a telling is on its way, each as it was last", () =>
    withOnlookers(async ({ execution, onlookers, told, gate }) => {
      const open = Promise.withResolvers<void>();
      gate.wait = open.promise;
      onlookers.watch(execution, 0, false);
      onlookers.committed(execution, [step("a")], 1);
      await settled();
      onlookers.committed(execution, [step("b", { status: "running", ended: null, output: null })], 2);
      onlookers.watch(execution, 3, true);
      onlookers.committed(execution, [step("b"), step("c", { started: 3 })], 4);
      open.resolve();
      await settled();
      expect(told).toEqual([["a completed 1"], ["b completed 1", "c completed 1"]]);
    }));

  it("that are there already are told to who asks for them, once", () =>
    withOnlookers(async ({ execution, store, onlookers, told }) => {
      store.journal.append("e", JSON.stringify([step("a"), step("b", { started: 2, detail: { sensitive: true } })]));
      onlookers.watch(execution, 0, true);
      onlookers.watch(execution, 1, true);
      await settled();
      expect(told).toEqual([["a completed 1", 'b completed "[sensitive]"']]);
    }));

  it.each<ExecutionStatus>(["completed", "failed", "cancelled"])("of one that is %s are not watched", (status) =>
    withOnlookers(async ({ execution, onlookers }) => {
      execution.status = status;
      expect(onlookers.watch(execution, 0, true)).toBe(false);
    }));

  it("fail nobody when they cannot be told, counted or traced", () => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const broken = () => {
      throw new Error("broken");
    };
    return withOnlookers(
      async ({ execution, onlookers }) => {
        onlookers.watch(execution, 0, false);
        expect(() => onlookers.committed(execution, [step("a")], 1)).not.toThrow();
        expect(() => onlookers.ended(execution)).not.toThrow();
        await settled();
        vi.restoreAllMocks();
      },
      { publish: async () => broken(), ended: broken },
    );
  });
});
