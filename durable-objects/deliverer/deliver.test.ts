import { describe, expect, it, vi } from "vitest";
import type { DelivererPlatform, DueDelivery } from "./contract.ts";
import { deliver, mostAtOnce, mostPerSubscription } from "./deliver.ts";

/** Receivers that answer when the test says so. */
function lab(queue: DueDelivery[], slow: ReadonlySet<string> = new Set()) {
  const log: string[] = [];
  const running = new Map<string, { subscriptionId: string; answer: () => void }>();
  let highest = 0;
  const highestOf = new Map<string, number>();
  let broken = false;
  const platform: DelivererPlatform = {
    async due(_tenant, _now, underWay, each) {
      const taken = new Map<string, number>();
      return queue.filter(({ id, subscriptionId }) => {
        if (underWay.includes(id)) return false;
        const count = (taken.get(subscriptionId) ?? 0) + 1;
        taken.set(subscriptionId, count);
        return count <= each;
      });
    },
    async attempt(_tenant, delivery) {
      const { id, subscriptionId } = delivery;
      const { promise, resolve } = Promise.withResolvers<void>();
      running.set(id, { subscriptionId, answer: resolve });
      highest = Math.max(highest, running.size);
      highestOf.set(subscriptionId, Math.max(highestOf.get(subscriptionId) ?? 0, [...running.values()].filter((one) => one.subscriptionId === subscriptionId).length));
      if (slow.has(id)) await promise;
      else await Promise.resolve();
      running.delete(id);
      if (broken) throw new Error("the database is away");
      queue.splice(queue.findIndex((one) => one.id === id), 1);
      log.push(id);
      return "delivered";
    },
    next: async () => (queue.length > 0 ? 777 : null),
  };
  return { platform, log, running, peaks: () => ({ highest, each: Math.max(...highestOf.values()) }), breakDown: () => void (broken = true) };
}

const many = (subscriptionId: string, count: number): DueDelivery[] => Array.from({ length: count }, (_, index) => ({ id: `${subscriptionId}-${index}`, subscriptionId }));
const time = (now = () => 0) => ({ now, pause: () => new Promise<void>((resolve) => setTimeout(resolve, 0)) });

describe("a round", () => {
  it("sends everything that is due, few at once and fewer to each receiver", async () => {
    const queue = ["a", "b", "c", "d"].flatMap((one) => many(one, 7));
    const { platform, log, peaks } = lab(queue);
    expect(await deliver(platform, "t", time())).toBeNull();
    expect(new Set(log).size).toBe(28);
    expect(log).toHaveLength(28);
    expect(peaks().highest).toBeLessThanOrEqual(mostAtOnce);
    expect(peaks().each).toBeLessThanOrEqual(mostPerSubscription);
  });

  it("goes on with the others while a receiver does not answer", async () => {
    const queue = [...many("slow", 30), ...many("quick", 40)];
    const { platform, log, running } = lab(queue, new Set(many("slow", 30).map(({ id }) => id)));
    const done = deliver(platform, "t", time());
    await vi.waitFor(() => expect(log.filter((id) => id.startsWith("quick"))).toHaveLength(40));
    expect([...running.values()].map((one) => one.subscriptionId)).toEqual(["slow", "slow"]);
    while (queue.length > 0) {
      for (const one of running.values()) one.answer();
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    expect(await done).toBeNull();
    expect(log).toHaveLength(70);
  });

  it("sees what becomes due while something is under way", async () => {
    const queue = many("slow", 1);
    const { platform, log, running } = lab(queue, new Set(["slow-0"]));
    const done = deliver(platform, "t", time());
    await vi.waitFor(() => expect(running.size).toBe(1));
    queue.push(...many("late", 1));
    await vi.waitFor(() => expect(log).toEqual(["late-0"]));
    running.get("slow-0")?.answer();
    await done;
  });

  it("ends after a minute, and says when to go on", async () => {
    const { platform, log } = lab(many("a", 100));
    let clock = 0;
    expect(await deliver(platform, "t", time(() => (clock += 5_000)))).toBe(777);
    expect(log.length).toBeLessThan(100);
    expect(log.length).toBeGreaterThan(0);
  });

  it("sends nothing over and over when it cannot be written down", async () => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    const { platform, breakDown } = lab(many("a", 10));
    breakDown();
    const attempts = vi.spyOn(platform, "attempt");
    expect(await deliver(platform, "t", time())).toBe(30_000);
    expect(attempts.mock.calls.length).toBeLessThanOrEqual(mostPerSubscription);
    logged.mockRestore();
  });
});
