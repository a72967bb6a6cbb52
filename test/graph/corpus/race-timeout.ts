import { workflow } from "everstep";

const timeout = Symbol("timeout");

export const race = workflow({ id: "race" }, async ({ step }) => {
  const winner = await Promise.race([
    step.waitForEvent<{ ok: boolean }>("confirmed", { type: "order.confirmed", timeout: "10 days" }).then((event) => event.payload.ok),
    step.sleep("patience", "2 hours").then(() => timeout),
  ]);
  if (winner === timeout) {
    await step.do("escalate", async () => {});
    const second = await Promise.race([step.waitForEvent("late", { type: "order.confirmed" }), step.sleep("last chance", "1 day").then(() => null)]);
    if (!second) throw new Error("nobody answered");
  }
  const fastest = await Promise.any([step.do("mirror a", () => fetch("https://a.example.com").then((r) => r.text())), step.do("mirror b", () => fetch("https://b.example.com").then((r) => r.text()))]);
  return fastest;
});
