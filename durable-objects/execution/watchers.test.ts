import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Watchers } from "./watchers.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000, toFake: ["Date", "setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** What waits, and the names of those who wait no longer. */
function waiting(): { watchers: Watchers; over: string[]; wait: (id: string, ms: number, name?: string) => void } {
  const watchers = new Watchers();
  const over: string[] = [];
  return { watchers, over, wait: (id, ms, name = id) => void watchers.wait(id, ms).then(() => over.push(name)) };
}

describe("those who wait for an end", () => {
  it("are woken by it, all of that execution and nobody else", async () => {
    const { watchers, over, wait } = waiting();
    wait("a", 60_000, "first");
    wait("a", 120_000, "second");
    wait("b", 60_000);
    watchers.wake("a");
    watchers.wake("a");
    await vi.advanceTimersByTimeAsync(0);
    expect(over).toEqual(["first", "second"]);
  });

  it("wait as long as they said and no longer, whoever came before or after with another time", async () => {
    const { over, wait } = waiting();
    wait("a", 5_000, "five seconds");
    wait("a", 300, "soon");
    wait("b", 2_500, "later");
    wait("c", 0, "at once");
    await vi.advanceTimersByTimeAsync(0);
    expect(over).toEqual(["at once"]);
    await vi.advanceTimersByTimeAsync(299);
    expect(over).toEqual(["at once"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(over).toEqual(["at once", "soon"]);
    await vi.advanceTimersByTimeAsync(2_199);
    expect(over).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(over).toEqual(["at once", "soon", "later"]);
    await vi.advanceTimersByTimeAsync(2_500);
    expect(over).toEqual(["at once", "soon", "later", "five seconds"]);
  });

  it("share one timer, which is gone a second after the last of them", async () => {
    const { watchers, wait } = waiting();
    for (let index = 0; index < 50; index++) wait(`execution ${index}`, 60_000);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(vi.getTimerCount()).toBe(1);
    for (let index = 0; index < 50; index++) watchers.wake(`execution ${index}`);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(vi.getTimerCount()).toBe(0);
  });
});
