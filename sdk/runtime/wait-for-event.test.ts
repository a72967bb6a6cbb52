import { describe, expect, it } from "vitest";
import { z } from "zod";
import { workflow } from "../authoring/index.ts";
import { testWorkflow } from "../testing/index.ts";

describe("waitForEvent", () => {
  it("gives an event that comes while it waits, with its payload and time", async () => {
    const waits = workflow({ id: "waits" }, async ({ step }) => step.waitForEvent("paid", { type: "order.paid" }));
    const run = await testWorkflow(waits, { crashEveryStep: true });
    expect(run.status).toBe("waiting");
    await run.advance("1 hour");
    await run.send("order.cancelled", 1);
    expect(run.status).toBe("waiting");
    await run.send("order.paid", { amount: 5 });
    expect(run.output).toEqual({ type: "order.paid", payload: { amount: 5 }, timestamp: new Date("2025-01-01T01:00:00Z") });
  });

  it("gives events that came before it was asked for, in their order, each once", async () => {
    const waits = workflow({ id: "waits" }, async ({ step }) => {
      await step.sleep("first", "1 hour");
      const seen: unknown[] = [];
      for (let index = 0; index < 3; index++) seen.push((await step.waitForEvent("next", { type: "tick" })).payload);
      return seen;
    });
    const run = await testWorkflow(waits, { crashEveryStep: true });
    await run.send("tick", 1);
    await run.send("tick", 2);
    await run.advance("1 hour");
    expect(run.status).toBe("waiting");
    await run.send("tick", 3);
    expect(run.output).toEqual([1, 2, 3]);
  });

  it("hands one event to one of several waits, the first that was asked for", async () => {
    const waits = workflow({ id: "waits" }, async ({ step }) =>
      Promise.all([step.waitForEvent("a", { type: "tick" }), step.waitForEvent("b", { type: "tick" })]).then((events) => events.map(({ payload }) => payload)),
    );
    const run = await testWorkflow(waits, { crashEveryStep: true });
    await run.send("tick", "one");
    expect(run.status).toBe("waiting");
    expect(run.steps.map(({ status }) => status)).toEqual(["completed", "waiting"]);
    await run.send("tick", "two");
    expect(run.output).toEqual(["one", "two"]);
  });

  it("ends with a WaitTimeoutError after its timeout, a day when nothing is said", async () => {
    const waits = workflow({ id: "waits" }, async ({ step }) => step.waitForEvent("never", { type: "tick" }));
    const run = await testWorkflow(waits, { crashEveryStep: true });
    await run.advance("23 hours");
    expect(run.status).toBe("waiting");
    await run.advance("1 hour");
    expect(run.error).toMatchObject({ name: "WaitTimeoutError", code: "wait-timeout", message: 'no event "tick" came within 86400000 ms' });
  });

  it("leaves an event that came after its timeout to the next wait", async () => {
    const waits = workflow({ id: "waits" }, async ({ step }) => {
      const first = await step.waitForEvent("first", { type: "tick", timeout: "1 second" }).catch(() => null);
      const busy = await step.do("busy", async () => new Promise((resolve) => setTimeout(() => resolve("done"), 10_000)));
      return [first, busy, (await step.waitForEvent("second", { type: "tick" })).payload];
    });
    const run = await testWorkflow(waits, { crashEveryStep: true });
    await run.advance("2 seconds");
    await run.send("tick", 1);
    await run.advance("10 seconds");
    expect(run.output).toEqual([null, "done", 1]);
  });

  it("reaches a wait while another step of the same turn still runs", async () => {
    const waits = workflow({ id: "waits" }, async ({ step }) => {
      const order: string[] = [];
      await Promise.all([
        step.do("long", async () => new Promise((resolve) => setTimeout(resolve, 60_000))).then(() => order.push("long")),
        step.waitForEvent("tick", { type: "tick" }).then(() => order.push("tick")),
      ]);
      return order;
    });
    const run = await testWorkflow(waits, { crashEveryStep: true });
    await run.advance("1 second");
    await run.send("tick");
    await run.advance("1 minute");
    expect(run.output).toEqual(["tick", "long"]);
  });

  it("parses the payload with the workflow's schema of that event", async () => {
    const waits = workflow({ id: "waits", events: { paid: z.object({ on: z.coerce.date() }) } }, async ({ step }) => {
      const { payload } = await step.waitForEvent("paid", { type: "paid" });
      return payload.on.getUTCFullYear();
    });
    const run = await testWorkflow(waits, { crashEveryStep: true });
    await run.send("paid", { on: "2024-05-06" });
    expect(run.output).toBe(2024);
    const bad = await testWorkflow(waits);
    await bad.send("paid", { on: "x" });
    expect(bad.error?.message).toContain('event "paid" does not fit its schema: on:');
  });

  it("needs a type", async () => {
    const waits = workflow({ id: "waits" }, async ({ step }) => step.waitForEvent("none", {} as never));
    expect((await testWorkflow(waits)).error?.message).toBe('step.waitForEvent("none") needs a type of 1 to 256 characters');
  });
});
