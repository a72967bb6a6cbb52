import { workflow } from "everstep";
import { z } from "zod";

/** Says when its first step ran, then computes for as long as it is told. */
export const busy = workflow({ id: "busy", input: z.object({ burnMs: z.number().default(0) }) }, async ({ input, step }) => {
  const at = await step.do("first", async () => Date.now());
  await step.do("burn", async () => {
    const until = Date.now() + input.burnMs;
    let rounds = 0;
    while (Date.now() < until) rounds++;
    return rounds;
  });
  return at;
});
