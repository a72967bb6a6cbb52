import { on, workflow } from "everstep";
import { z } from "zod";

const scheduled = z.object({ scheduled_at: z.string(), schedule_id: z.string() });

export const ticking = workflow({ id: "ticking", input: scheduled, on: [on.schedule("* * * * * *", { missed: { all: 5 } })] }, async ({ input, event, step }) => {
  return { at: await step.do("tell", async () => input.scheduled_at), kind: event.kind };
});

export const paused = workflow({ id: "paused-daily", input: scheduled, on: [on.schedule("0 9 * * *", { timezone: "Europe/Madrid", overlap: "queue" })] }, async () => null);

const order = z.object({ customer_id: z.number(), n: z.number() });

/** Waits until it is told to go on, so that a test decides when it ends. */
export const limited = workflow({ id: "limited", input: order, events: { go: z.unknown() }, flow: { concurrency: { limit: 2, key: "customer_id" } } }, async ({ input, step }) => {
  await step.waitForEvent("go", { type: "go", timeout: "5 minutes" });
  return input.n;
});

export const rare = workflow({ id: "rare", flow: { rateLimit: { limit: 1, period: "1 hour" } } }, async () => "rare");

export const calm = workflow({ id: "calm", input: z.object({ n: z.number() }), flow: { debounce: { period: "1 second" } } }, async ({ input }) => input.n);

export const gathers = workflow({ id: "gathers", input: z.object({ items: z.array(z.object({ n: z.number() })) }), flow: { batch: { size: 3, timeout: "30 seconds" } } }, async ({ input }) => input.items.map(({ n }) => n));

export const narrow = workflow({ id: "narrow", input: z.object({ n: z.number() }), flow: { concurrency: { limit: 1 } } }, async ({ input, step }) => {
  await step.sleep("a moment", 200);
  return input.n * 10;
});

/** Its children share one place. */
export const parent = workflow({ id: "limited-parent" }, async ({ step }) => {
  return Promise.all([1, 2, 3].map((n) => step.invoke(`child ${n}`, narrow, { n })));
});
