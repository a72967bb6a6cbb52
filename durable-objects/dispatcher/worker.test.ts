import { describe, expect, it, vi } from "vitest";
import { DispatchWorker, safetyMs, type WorkPorts } from "./worker.ts";

function bench(drain: () => Promise<number | null> = async () => null) {
  const time = { now: 0 };
  const alarms: number[] = [];
  const warnings: unknown[] = [];
  let drains = 0;
  const ports: WorkPorts = {
    drain: () => {
      drains++;
      return drain();
    },
    setAlarm: async (at) => void alarms.push(at),
    now: () => time.now,
    warn: (error) => void warnings.push(error),
  };
  return { worker: new DispatchWorker(ports), time, alarms, warnings, drains: () => drains };
}

describe("the dispatcher's worker", () => {
  it("has an alarm set before it begins, so that a crash is made good", async () => {
    const order: string[] = [];
    const { worker, alarms } = bench(async () => {
      order.push(`drain with ${alarms.length} alarm`);
      return null;
    });
    await worker.work();
    expect([order, alarms]).toEqual([["drain with 1 alarm"], [safetyMs]]);
  });

  it("sets no other alarm while one is set that rings in time", async () => {
    const { worker, alarms, time } = bench();
    await worker.work();
    time.now = 9_000;
    await worker.work();
    expect(alarms).toEqual([safetyMs]);
    await worker.rang();
    expect(alarms).toEqual([safetyMs, 9_000 + safetyMs]);
  });

  it("sets an earlier alarm when something is due earlier", async () => {
    const { worker, alarms } = bench(async () => 1_000);
    await worker.work();
    expect(alarms).toEqual([safetyMs, 1_000]);
  });

  it("runs once at a time: nudges that come meanwhile are one more run together", async () => {
    let go = (): void => {};
    const { worker, drains } = bench(() => new Promise((resolve) => (go = () => resolve(null))));
    const first = worker.work();
    await vi.waitFor(() => expect(drains()).toBe(1));
    const others = [worker.work(), worker.work(), worker.work()];
    go();
    await vi.waitFor(() => expect(drains()).toBe(2));
    go();
    await Promise.all([first, ...others]);
    expect(drains()).toBe(2);
  });

  it("looks again soon after an error, and never throws", async () => {
    const { worker, alarms, warnings } = bench(() => Promise.reject(new Error("no database")));
    await worker.rang();
    expect([warnings.length, alarms]).toEqual([1, [safetyMs, 5_000]]);
  });
});
