/**
 * Faults seen in another engine; none of them may be ours.
 */
import { describe, expect, it } from "vitest";
import { NonRetryableError, workflow } from "../authoring/index.ts";
import { startTest } from "../testing/test-workflow.ts";
import { hostOf } from "../testing/test-run.ts";

describe("a restart", () => {
  it("does not lose a sleep: it ends when it was to end, not later and not sooner", async () => {
    const naps = workflow({ id: "naps" }, async ({ step }) => {
      await step.sleep("nap", "1 hour");
      return Date.now();
    });
    const run = await startTest(naps, {});
    await run.advance("30 minutes");
    hostOf(run).crash();
    await run.advance("29 minutes");
    expect(run.status).toBe("sleeping");
    hostOf(run).crash();
    await run.advance("1 minute");
    expect(run.output).toBe(Date.UTC(2025, 0, 1, 1));
  });

  it("does not lose a sleep beside a step that was cut off", async () => {
    let attempts = 0;
    const naps = workflow({ id: "naps" }, async ({ step }) =>
      Promise.all([
        step.sleep("nap", "1 minute").then(() => Date.now()),
        step.do("long", async () => {
          attempts++;
          return new Promise((resolve) => setTimeout(() => resolve("long"), 120_000));
        }),
      ]),
    );
    const run = await startTest(naps, {});
    await run.advance("30 seconds");
    hostOf(run).crash();
    await run.advance("150 seconds");
    expect(run.output).toEqual([Date.UTC(2025, 0, 1, 0, 1), "long"]);
    expect(attempts).toBe(2);
  });

  it("after a sleepUntil's time has passed goes on at once", async () => {
    const until = workflow({ id: "until" }, async ({ step }) => {
      await step.sleepUntil("past", new Date("2020-01-01T00:00:00Z"));
      await step.sleepUntil("soon", new Date("2025-01-01T01:00:00Z"));
      await step.do("work", async () => new Promise((resolve) => setTimeout(resolve, 60_000)));
      return "went on";
    });
    const run = await startTest(until, {});
    const later = await startTest(until, { from: run });
    hostOf(later).ports.clock.moveTo(Date.UTC(2025, 0, 3));
    hostOf(later).crash();
    await later.advance(200);
    expect(later.steps.map(({ status }) => status)).toEqual(["completed", "completed", "running"]);
    hostOf(later).crash();
    await later.advance("1 minute");
    expect(later.output).toBe("went on");
    expect(later.steps.map(({ endedAt }) => endedAt?.getTime())).toEqual([Date.UTC(2025, 0, 1), Date.UTC(2025, 0, 3), Date.UTC(2025, 0, 3, 0, 1, 0, 200)]);
  });

  it("does not run a step again whose non-retryable error was caught", async () => {
    let attempts = 0;
    const catches = workflow({ id: "catches" }, async ({ step }) => {
      const caught = await step
        .do("fail", async () => {
          attempts++;
          throw new NonRetryableError("for good");
        })
        .catch((error: Error) => error.message);
      await step.sleep("nap", "1 hour");
      return caught;
    });
    const run = await startTest(catches, {});
    for (let crash = 0; crash < 3; crash++) {
      hostOf(run).crash();
      await run.advance("10 minutes");
    }
    await run.advance("1 hour");
    expect(run.output).toBe("for good");
    expect(attempts).toBe(1);
  });

  it("delivers one event to one wait only", async () => {
    const waits = workflow({ id: "waits" }, async ({ step }) => {
      const a = await step.waitForEvent("a", { type: "tick" });
      await step.do("between", async () => new Promise((resolve) => setTimeout(resolve, 1_000)));
      const b = await step.waitForEvent("b", { type: "tick", timeout: "1 day" }).catch(() => null);
      return [a.payload, b];
    });
    const run = await startTest(waits, {});
    hostOf(run).crash();
    await run.send("tick", 1);
    hostOf(run).crash();
    await run.advance("1 second");
    hostOf(run).crash();
    await run.advance("1 second");
    expect(run.status).toBe("waiting");
    await run.advance("1 day");
    expect(run.output).toEqual([1, null]);
  });

  it("between taking an event and writing that down delivers it again, to the same wait", async () => {
    let crashes = 0;
    const waits = workflow({ id: "waits" }, async ({ step }) => {
      const { payload } = await step.waitForEvent("a", { type: "tick" });
      await step.do("use", async () => fetch("https://example.com/", { method: "POST" }).then(() => 1));
      return payload;
    });
    const run = await startTest(waits, { stubs: { fetch: () => new Response() }, faults: { fault: (point) => point === "before-commit" && ++crashes === 1 } });
    await run.send("tick", "once");
    expect(crashes).toBeGreaterThan(1);
    expect(run.output).toBe("once");
    expect(run.effects).toHaveLength(1);
  });
});
