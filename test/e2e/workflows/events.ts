import { NonRetryableError, on, workflow } from "everstep";
import { z } from "zod";

const order = z.object({ order: z.string(), amount: z.number() });

export const orders = workflow({ id: "orders", input: order, on: [on.api()] }, async ({ input, step }) => {
  const { id } = await step.sendEvent("paid", { type: "order.paid", data: input, record: { type: "order", id: input.order } });
  return id;
});

export const largeOrder = workflow({ id: "large-order", input: order, on: [on.event("order.paid", { filter: { amount: { $gt: 100 } } })] }, async ({ input, event, step }) => {
  await step.do("note", async () => input.order);
  return { order: input.order, kind: event.kind };
});

export const shipment = workflow({ id: "shipment", on: [on.api()] }, async ({ input, step }) => {
  const { order } = input as { order: string };
  const paid = await step.waitForEvent<{ amount: number }>("paid", { type: "order.paid", match: { order }, timeout: "1 hour" });
  return paid.payload.amount;
});

export const ping = workflow({ id: "ping", on: [on.event("ping.sent")] }, async ({ step }) => {
  await step.sendEvent("back", { type: "pong.sent" });
});
export const pong = workflow({ id: "pong", on: [on.event("pong.sent")] }, async ({ step }) => {
  await step.sendEvent("back", { type: "ping.sent" });
});

export const breaks = workflow({ id: "breaks", on: [on.api()] }, async () => {
  throw new NonRetryableError("it broke");
});
export const onFailure = workflow({ id: "on-failure", on: [on.event("execution.failed", { filter: { workflow_id: "breaks" } })] }, async ({ input }) => (input as { error_message: string }).error_message);
export const onEnd = workflow({ id: "on-end", on: [on.event("execution.completed", { filter: { workflow_id: "large-order" } })] }, async ({ input }) => (input as { execution_id: string }).execution_id);
