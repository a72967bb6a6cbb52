/**
 * What starts and what waits, while the server is killed: each of these leaves behind how
 * often it was started, and by what.
 */
import { on, workflow } from "everstep";
import { z } from "zod";

const numbered = z.object({ n: z.number() });

/** Every second, none left out and none twice. */
export const tick = workflow(
  { id: "bus-tick", input: z.object({ scheduled_at: z.string() }), on: [on.schedule("* * * * * *", { missed: { all: 100 } })], placement: "pooled" },
  async ({ input, step }) => step.do("note", async () => input.scheduled_at),
);

/** By an event of the harness; says so in an event of its own. */
export const heard = workflow({ id: "bus-heard", input: numbered.extend({ wanted: z.boolean() }), on: [on.event("chaos.happened", { filter: { wanted: true } })] }, async ({ input, step }) => {
  const { id } = await step.sendEvent("echo", { type: "chaos.echoed", data: { n: input.n }, record: { type: "chaos", id: String(input.n) } });
  return { n: input.n, echo: id };
});

export const echoed = workflow({ id: "bus-echoed", input: numbered, on: [on.event("chaos.echoed")], placement: "pooled" }, async ({ input, step }) => step.do("note", async () => input.n));

/** Waits for the echo of its own number. */
export const waiting = workflow({ id: "bus-waiting", input: numbered }, async ({ input, step }) => {
  const echo = await step.waitForEvent<{ n: number }>("echo", { type: "chaos.echoed", match: { n: input.n }, timeout: "1 hour" });
  return echo.payload.n;
});

export const asked = workflow({ id: "bus-asked", input: numbered }, async ({ input, step }) => {
  const { decision, comment } = await step.approval("ok", { title: `Is ${input.n} all right?`, timeout: "1 hour" });
  return { decision, comment };
});

export const hooked = workflow({ id: "bus-hooked", input: numbered, on: [on.webhook({ path: "chaos", scheme: "standard" })] }, async ({ input, step }) => step.do("note", async () => input.n));
