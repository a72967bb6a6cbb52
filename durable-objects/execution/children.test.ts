import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { type StepRecord, toRow } from "../../sdk/schema/journal.ts";
import type { Env } from "../../worker/env.ts";
import { Children } from "./children.ts";
import type { ExecutionObject, Reply } from "./contract.ts";
import { applyOutcome, childPollMs } from "./outcome.ts";
import type { Platform } from "./ports.ts";
import { type Execution, newExecution } from "./state.ts";
import { Store } from "./store.ts";

const { EXECUTION } = env as unknown as Env;
const id = "parent";

interface Bench {
  execution: Execution;
  store: Store;
  children: Children;
  /** What children were told, in order. */
  told: string[];
  /** How the next children answer; a child that is not there otherwise. */
  answers: Array<Reply<never> | Error | "ok">;
  write(...steps: StepRecord[]): void;
}

/** A parent with a database of its own, whose children only answer. */
function withParent(body: (bench: Bench) => Promise<void>): Promise<void> {
  return runInDurableObject(EXECUTION.get(EXECUTION.newUniqueId()), async (_, state) => {
    const execution = newExecution({ tenant: "t", id, workflowId: "w", bundle: "b", version: 1, trigger: { kind: "manual" }, input: "j{}", timeoutMs: null, createdAt: 0, parent: null });
    execution.children = true;
    const store = new Store(state.storage.sql);
    store.open();
    store.save(execution);
    const told: string[] = [];
    const answers: Bench["answers"] = [];
    const child = (own: string): Partial<ExecutionObject> => {
      const answer = async (verb: string): Promise<Reply<never>> => {
        told.push(`${verb} ${own}`);
        const next = answers.shift() ?? { ok: false, code: "not-found", detail: "" };
        if (next instanceof Error) throw next;
        return next === "ok" ? ({ ok: true, value: {} } as Reply<never>) : next;
      };
      return { cancel: () => answer("cancel"), retry: () => answer("retry") };
    };
    const platform = { execution: (_tenant: string, own: string) => child(own), cancel: (_tenant: string, own: string) => child(own).cancel?.("t", own, { rollback: false, reason: "" }) } as unknown as Platform;
    const write = (...steps: StepRecord[]): void => store.journal.append(id, JSON.stringify(steps.map(toRow)));
    await body({ execution, store, children: new Children(store, platform, () => {}), told, answers, write });
  });
}

const invoke = (name: string, over: Partial<StepRecord> = {}): StepRecord => ({
  key: `${name}-1`, name, count: 1, kind: "invoke", status: "waiting", started: 1, ended: null, attempt: 0, startedAt: 0, endedAt: null, due: null, output: null, error: null, detail: { workflow: "w", input: "j1" }, ...over,
});
const late: Partial<StepRecord> = { status: "failed", ended: 2, endedAt: 5, error: { name: "WaitTimeoutError", message: "too long", code: "wait-timeout" } };
const failed: Partial<StepRecord> = { ...late, error: { name: "ChildFailedError", message: "no", code: "child-failed" } };

describe("children that were waited for too long", () => {
  it("are cancelled once; those that are waited for, or have ended, are not", () =>
    withParent(async ({ execution, store, children, told, answers, write }) => {
      write(invoke("a"), invoke("b"), invoke("c"), invoke("d"));
      for (const name of ["a", "b", "c"]) store.journal.setChild(id, `${name}-1`, `child ${name}`);
      write(invoke("a", late), invoke("b", failed), invoke("d", late));
      answers.push("ok");
      await children.tend(execution, store.journal.open(id));
      expect(told).toEqual(["cancel child a"]);
      await children.tend(execution, store.journal.open(id), false);
      expect(told).toHaveLength(1);
      expect(store.journal.open(id).map(({ key }) => key)).toEqual(["c-1"]);
    }));

  it("are told again until one answers, and keep the timer that asks", () =>
    withParent(async ({ execution, store, children, told, answers, write }) => {
      write(invoke("a", late));
      store.journal.setChild(id, "a-1", "child a");
      answers.push(new Error("overloaded"));
      await children.tend(execution, store.journal.open(id));
      applyOutcome(execution, { type: "suspended" }, store.journal.open(id), 1_000);
      expect(execution.timers["children"]).toBe(1_000 + childPollMs);
      answers.push({ ok: false, code: "conflict", detail: "it has ended" });
      await children.tend(execution, store.journal.open(id), true);
      expect(told).toEqual(["cancel child a", "cancel child a"]);
      applyOutcome(execution, { type: "suspended" }, store.journal.open(id), 1_000);
      expect(execution.timers["children"]).toBeUndefined();
    }));

  it("that are not there yet are asked for once more by the timer", () =>
    withParent(async ({ execution, store, children, told, write }) => {
      write(invoke("a", late));
      store.journal.setChild(id, "a-1", "child a");
      await children.tend(execution, store.journal.open(id));
      await children.tend(execution, store.journal.open(id), true);
      await children.tend(execution, store.journal.open(id), true);
      expect(told).toEqual(["cancel child a", "cancel child a"]);
    }));

  it("are waited for again after a retry, and cancelled again when that takes too long too", () =>
    withParent(async ({ execution, store, children, told, answers, write }) => {
      write(invoke("a", late));
      store.journal.setChild(id, "a-1", "child a");
      answers.push("ok", "ok", "ok");
      await children.tend(execution, store.journal.open(id));
      write(invoke("a"));
      await children.retryOpen(execution);
      write(invoke("a", late));
      await children.tend(execution, store.journal.open(id));
      expect(told).toEqual(["cancel child a", "retry child a", "cancel child a"]);
    }));
});

describe("a child's end", () => {
  it("is taken by the open step that started that child, and by no other", () =>
    withParent(async ({ execution, store, children, write }) => {
      write(invoke("a"), invoke("b"));
      store.journal.setChild(id, "a-1", "child a");
      store.journal.setChild(id, "b-1", "child b");
      write(invoke("b", late));
      expect([{ id: "child a", stepKey: "a-1" }, { id: "child of an earlier run", stepKey: "a-1" }, { id: "child b", stepKey: "b-1" }].map((child) => children.isAwaited(execution, child))).toEqual([true, false, false]);
    }));

  it("that nobody took does not reach the next run", () =>
    withParent(async ({ execution, store, children }) => {
      children.ended(execution, "a-1", { status: "completed", output: "j1" }, "one");
      store.addSignal(id, "event:paid", "j1", 0, null);
      store.forgetRun(id);
      expect(store.signals(id, 0).map(({ channel }) => channel)).toEqual(["event:paid"]);
    }));
});
