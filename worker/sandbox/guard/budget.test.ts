import { beforeEach, describe, expect, it, vi } from "vitest";
import type * as Budget from "./budget.ts";
import type * as Values from "./values.ts";

let budget: typeof Budget;
let values: typeof Values;
let account: Budget.Account | null;

async function fresh(limits: Partial<Budget.Limits>): Promise<void> {
  vi.resetModules();
  budget = await import("./budget.ts");
  values = await import("./values.ts");
  account = budget.createAccount();
  budget.configure({ current: () => account, limits });
}

function spin(ticks: number): void {
  for (let i = 0; i < ticks; i++) budget.tick();
}

describe("the budget of a turn", () => {
  beforeEach(() => fresh({ sliceTicks: 100_000, turnTicks: 300_000 }));

  it("ends code that never gives way, and says so to the runtime once", () => {
    const ended: string[] = [];
    account = budget.createAccount((error) => ended.push(error.code));
    expect(() => spin(110_000)).toThrow("without waiting for anything");
    expect(() => spin(1)).toThrow("without waiting for anything");
    expect(ended).toEqual(["cpu-limit"]);
  });
  it("counts afresh after the event loop has turned", async () => {
    spin(90_000);
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(() => spin(90_000)).not.toThrow();
  });
  it("ends a turn that gives way but never stops", () => {
    expect(() => {
      for (;;) {
        spin(50_000);
        if (account) budget.yielded(account);
      }
    }).toThrow("in one turn");
  });
  it("throws from every tick and recheck once exceeded, under that account only", () => {
    const first = account;
    expect(() => spin(110_000)).toThrow(budget.LimitExceeded);
    expect(() => budget.recheck()).toThrow(budget.LimitExceeded);
    account = budget.createAccount();
    expect(() => spin(50_000)).not.toThrow();
    expect(() => budget.recheck()).not.toThrow();
    account = first;
    expect(() => spin(2000)).toThrow(budget.LimitExceeded);
  });
  it("counts code of no turn on an account of its own", () => {
    account = null;
    expect(() => spin(110_000)).toThrow(budget.LimitExceeded);
    account = budget.createAccount();
    expect(() => spin(50_000)).not.toThrow();
  });
  it("gives code of no turn no fresh budget each time it gives way", async () => {
    account = null;
    const bursts = async (): Promise<void> => {
      for (;;) {
        spin(90_000);
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    };
    await expect(bursts()).rejects.toThrow("in one turn");
    expect(() => spin(1000)).toThrow(budget.LimitExceeded);
    account = budget.createAccount();
    expect(() => spin(50_000)).not.toThrow();
  });
  it("leaves little to what goes on after its turn", () => {
    if (!account) throw new Error("no account");
    spin(1000);
    budget.closeAccount(account);
    expect(() => spin(90_000)).toThrow("in one turn");
  });
  it("lets nobody who holds an account change it", () => {
    expect(() => spin(110_000)).toThrow(budget.LimitExceeded);
    const held = account as unknown as Record<string, unknown>;
    for (const key of ["exceeded", "ticks", "sliceTicks"]) Reflect.set(held, key, null);
    expect(held["constructor"]).toBe(Object);
    expect(() => spin(1000)).toThrow(budget.LimitExceeded);
    account = { exceeded: null } as unknown as Budget.Account;
    expect(() => spin(1000)).toThrow(TypeError);
  });
  it("cannot be configured twice", () => {
    expect(() => budget.configure({ current: () => null })).toThrow("configured already");
  });
  it("ends strings that grow without bound", () => {
    expect(() => {
      for (let s = "x"; ; ) s = values.text(s + s);
    }).toThrow("made a string of");
    expect(() => budget.recheck()).toThrow(budget.LimitExceeded);
  });
});

it("ends slow native calls by the clock where the clock runs", async () => {
  await fresh({ sliceMs: 60 });
  const busy = (): void => {
    const until = performance.now() + 1;
    while (performance.now() < until);
  };
  expect(() => {
    for (let i = 0; i < 20_000; i++) {
      budget.tick();
      if (i % 1000 === 0) for (let n = 0; n < 30; n++) busy();
    }
  }).toThrow("kept the processor busy");
});
