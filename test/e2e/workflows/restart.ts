/** Workflows that are waiting for something when the server is killed. */
import { workflow } from "everstep";
import { z } from "zod";

export const nap = workflow({ id: "nap", input: z.object({ pauseMs: z.number() }) }, async ({ input, step }) => {
  const before = await step.do("before", async () => crypto.randomUUID());
  await step.sleep("nap", input.pauseMs);
  return { before, drawn: Math.random(), until: await step.sleepUntil("past", new Date(0)).then(() => "past") };
});

export const waits = workflow({ id: "waits" }, async ({ step }) => {
  const names: string[] = [];
  for (const name of ["one", "two"]) names.push((await step.waitForEvent<{ name: string }>(name, { type: "go" })).payload.name);
  return names;
});

export const expires = workflow({ id: "expires", input: z.object({ pauseMs: z.number() }) }, async ({ input, step }) =>
  step.waitForEvent("never", { type: "never", timeout: input.pauseMs }).catch((error: Error) => error.name),
);

export const signs = workflow({ id: "signs" }, async ({ step }) => (await step.approval("sign", { title: "Sign this" })).decision);

export const retries = workflow({ id: "retries" }, async ({ step }) =>
  step.do("flaky", { retries: { limit: 3, delay: "3 seconds", backoff: "constant" } }, async ({ attempt }) => {
    if (attempt < 2) throw new Error("not yet");
    return attempt;
  }),
);

export const parent = workflow({ id: "parent", input: z.object({ pauseMs: z.number() }) }, async ({ input, step }) => step.invoke("nap", nap, input));
