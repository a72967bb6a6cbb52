import { on, type Step, workflow } from "everstep";
import { z } from "zod";
import { stepResult } from "./classes.ts";

const input = z.object({ steps: z.number() });

/** What BenchSteps does, in Everstep's own style. */
async function sumOfSteps(steps: number, step: Step): Promise<number> {
  let sum = 0;
  for (let index = 0; index < steps; index++) sum += (await step.do(`step ${index}`, async () => stepResult(index))).index;
  return sum;
}

/** For the path over HTTP: the placement is the workflow's own word. */
export const stepsOwn = workflow({ id: "steps-own", title: "Steps, an object each", input }, ({ input, step }) => sumOfSteps(input.steps, step));

export const stepsPooled = workflow({ id: "steps-pooled", title: "Steps, in pooled objects", placement: "pooled", input }, ({ input, step }) => sumOfSteps(input.steps, step));

/** Started by a delivery. */
export const hooked = workflow({ id: "hooked", input: z.looseObject({}), on: [on.webhook({ path: "bench", scheme: "github" })] }, async ({ step }) => step.do("first", async () => Date.now()));

/** Started by an event; says when its first step ran. */
export const evented = workflow({ id: "evented", input: z.object({ n: z.number() }), on: [on.event("bench.happened")] }, async ({ input, step }) => ({ n: input.n, at: await step.do("first", async () => Date.now()) }));
