/** Workflows whose traces are looked at. */
import { workflow } from "everstep";
import { z } from "zod";

export const inner = workflow({ id: "inner" }, async ({ step }) => step.do("think", async () => "private result"));

export const traced = workflow({ id: "traced", input: z.object({ url: z.string(), secret: z.string() }) }, async ({ input, step }) => {
  await step.do("call", { retries: { limit: 2, delay: 1_000, backoff: "constant" } }, async ({ attempt }) => {
    if (attempt === 1) throw new Error(`not with ${input.secret}`);
    return (await fetch(input.url, { method: "POST", body: input.secret })).status;
  });
  await step.invoke("inner", inner, {});
  throw new TypeError(`ends with ${input.secret}`);
});
