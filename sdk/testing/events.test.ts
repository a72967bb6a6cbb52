import { describe, expect, it } from "vitest";
import { workflow } from "../authoring/workflow.ts";
import { testWorkflow } from "./test-workflow.ts";

const sender = workflow({ id: "sender" }, async ({ step }) => {
  const first = await step.sendEvent("tell", { type: "order.paid", data: { order: "7" }, record: { type: "order", id: "7" } });
  await step.sleep("a while", "1 hour");
  await step.sendEvent("tell again", { type: "order.shipped" });
  return first;
});
const waiter = workflow({ id: "waiter" }, async ({ step }) => {
  const paid = await step.waitForEvent<{ amount: number }>("paid", { type: "order.paid", match: { order: "7", amount: { $gt: 10 } }, timeout: "2 days" });
  const next = await step.waitForEvent("shipped", { type: "order.shipped", match: {} });
  return [paid.payload.amount, next.payload];
});

describe.each([false, true])("events of the tenant in a test, with crashEveryStep %s", (crashEveryStep) => {
  it("that steps send are listed, once each", async () => {
    const run = await testWorkflow(sender, { crashEveryStep });
    expect(run.sent).toEqual([{ id: "event-1", type: "order.paid", data: { order: "7" }, record: { type: "order", id: "7" } }]);
    await run.advance("1 hour");
    expect([run.status, run.output, run.sent.map(({ type }) => type)]).toEqual(["completed", { id: "event-1" }, ["order.paid", "order.shipped"]]);
  });

  it("reach the steps that wait for them and whose filter they fit", async () => {
    const run = await testWorkflow(waiter, { crashEveryStep });
    await run.publish("order.paid", { order: "8", amount: 20 });
    await run.publish("order.paid", { order: "7", amount: 5 });
    await run.publish("order.shipped", {});
    expect(run.status).toBe("waiting");
    await run.publish("order.paid", { order: "7", amount: 20 });
    await run.publish("order.paid", { order: "7", amount: 30 });
    expect(run.status).toBe("waiting");
    await run.publish("order.shipped", { at: new Date(0) });
    expect(run.output).toEqual([20, { at: "1970-01-01T00:00:00.000Z" }]);
  });

  it("come to nobody when they are published before somebody waits, or sent to one execution alone", async () => {
    const run = await testWorkflow(waiter, { crashEveryStep });
    await run.send("order.paid", { order: "7", amount: 20 });
    await run.advance("2 days");
    expect(run.error?.name).toBe("WaitTimeoutError");
    await run.publish("order.paid", { order: "7", amount: 20 });
    expect(run.status).toBe("failed");
  });

  it("go from a parent to its child", async () => {
    const parent = workflow({ id: "parent" }, async ({ step }) => {
      const child = step.invoke<{ amount: number }[]>("child", "waiter", {});
      await step.sleep("until it waits", "1 minute");
      await step.sendEvent("paid", { type: "order.paid", data: { order: "7", amount: 99 } });
      await step.sleep("a moment", "1 minute");
      await step.sendEvent("shipped", { type: "order.shipped", data: { by: "sea" } });
      return child;
    });
    const run = await testWorkflow(parent, { children: { waiter }, crashEveryStep });
    await run.advance("2 minutes");
    expect([run.status, run.output]).toEqual(["completed", [99, { by: "sea" }]]);
  });
});
