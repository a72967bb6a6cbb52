import { workflow } from "everstep";
import { z } from "zod";
import { stepResult } from "./classes.ts";

/** BenchSteps in Everstep's own style, for the path over HTTP. */
export const stepsOwn = workflow({ id: "steps-own", title: "Steps, an object each", input: z.object({ steps: z.number() }) }, async ({ input, step }) => {
  let sum = 0;
  for (let index = 0; index < input.steps; index++) sum += (await step.do(`step ${index}`, async () => stepResult(index))).index;
  return sum;
});

export const stepsPooled = workflow(
  { id: "steps-pooled", title: "Steps, in pooled objects", placement: "pooled", input: z.object({ steps: z.number() }) },
  stepsOwn.handler,
);
