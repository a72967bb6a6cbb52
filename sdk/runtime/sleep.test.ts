import { describe, expect, it } from "vitest";
import { workflow } from "../authoring/index.ts";
import { testWorkflow } from "../testing/index.ts";

describe("sleep", () => {
  it("ends when its time has come, whatever restarts in between", async () => {
    const naps = workflow({ id: "naps" }, async ({ step }) => {
      await step.sleep("long", "3 weeks");
      return Date.now();
    });
    const run = await testWorkflow(naps, { crashEveryStep: true });
    await run.advance("20 days");
    expect(run.status).toBe("sleeping");
    expect(run.steps[0]?.due).toEqual(new Date("2025-01-22T00:00:00Z"));
    await run.advance("1 day");
    expect(run.output).toBe(Date.UTC(2025, 0, 22));
  });

  it("of no time goes on at once", async () => {
    const naps = workflow({ id: "naps" }, async ({ step }) => step.sleep("none", 0));
    expect((await testWorkflow(naps)).status).toBe("completed");
  });

  it("runs beside steps and other sleeps", async () => {
    const naps = workflow({ id: "naps" }, async ({ step }) => {
      const order: string[] = [];
      const note = (name: string) => () => void order.push(name);
      await Promise.all([
        step.sleep("three", "3 seconds").then(note("three")),
        step.sleep("one", "1 second").then(note("one")),
        step.do("two", async () => new Promise((resolve) => setTimeout(resolve, 2_000))).then(note("two")),
      ]);
      return order;
    });
    const run = await testWorkflow(naps, { crashEveryStep: true });
    await run.advance("3 seconds");
    expect(run.output).toEqual(["one", "two", "three"]);
  });

  it("refuses what is no duration, saying what is", async () => {
    const naps = workflow({ id: "naps" }, async ({ step }) => step.sleep("bad", "soon" as never));
    expect((await testWorkflow(naps)).error?.message).toBe('"soon" is not a duration: write milliseconds or a text such as "30 seconds", "2 hours", "1 day"');
  });
});

describe("sleepUntil", () => {
  it("waits for a date or for milliseconds since the epoch", async () => {
    const naps = workflow({ id: "naps" }, async ({ step }) => {
      await step.sleepUntil("date", new Date("2025-01-02T00:00:00Z"));
      await step.sleepUntil("number", Date.UTC(2025, 0, 3));
      return Date.now();
    });
    const run = await testWorkflow(naps, { crashEveryStep: true });
    await run.advance("2 days");
    expect(run.output).toBe(Date.UTC(2025, 0, 3));
  });

  it("of a time in the past goes on at once", async () => {
    const naps = workflow({ id: "naps" }, async ({ step }) => step.sleepUntil("past", new Date("2001-01-01T00:00:00Z")));
    const run = await testWorkflow(naps, { crashEveryStep: true });
    expect(run.status).toBe("completed");
  });

  it("refuses an invalid date", async () => {
    const naps = workflow({ id: "naps" }, async ({ step }) => step.sleepUntil("bad", new Date("never")));
    expect((await testWorkflow(naps)).error?.message).toBe('step.sleepUntil("bad") needs a Date or milliseconds since the epoch');
  });
});
