import { on, workflow } from "everstep";
import { z } from "zod";

const ping = z.object({ n: z.number() });

const first = workflow({ id: "first", on: [on.schedule("0 9 * * 1-5", { timezone: "Europe/Berlin", overlap: "skip" })] }, async ({ step }) => step.invoke("second", second, { n: 1 }));
const second = workflow({ id: "second", input: ping, placement: "pooled" }, async ({ input, step }) => step.do("pong", () => input.n + 1));
export const third = workflow({ id: "third", events: { ping } }, async ({ step }) => (await step.waitForEvent("ping", { type: "ping" })).payload.n);

export { first as primary, second };
export default first;
