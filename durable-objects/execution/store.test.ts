import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { Env } from "../../worker/env.ts";
import { newExecution } from "./state.ts";
import { Store } from "./store.ts";

const { EXECUTION } = env as unknown as Env;

it("saving tells whether the next timer may be another: not when a new execution has ended at once", () =>
  runInDurableObject(EXECUTION.get(EXECUTION.newUniqueId()), (_, state) => {
    const store = new Store(state.storage.sql);
    store.open();
    const execution = (id: string, timers: Record<string, number>) => ({ ...newExecution({ tenant: "t", id, workflowId: "w", bundle: "b", version: 1, trigger: { kind: "api" }, input: "j1", timeoutMs: null, createdAt: 1, parent: null }), timers });
    expect(store.save(execution("sleeps", { wake: 500 }))).toBe(true);
    const ended = execution("ends", {});
    expect(store.save(ended)).toBe(false);
    expect(store.nextWake()).toBe(500);
    // From now on it has a row, whose timer may have been the next.
    expect(store.save(ended)).toBe(true);
  }));
