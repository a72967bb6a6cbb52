/** What runs while a backup is made (../backup.test.ts). */
import { workflow } from "everstep";
import { z } from "zod";

export const leaf = workflow({ id: "leaf", input: z.object({ n: z.number() }) }, async ({ input, step }) => {
  await step.sleep("rest", "400 milliseconds");
  return step.do("double", async () => input.n * 2);
});

/** Adds up to 10 n, by steps, an effect, sleeps and a child. */
export const tally = workflow({ id: "tally", input: z.object({ n: z.number(), recorder: z.string() }) }, async ({ input, step, execution }) => {
  const { n, recorder } = input;
  let sum = 0;
  for (let index = 0; index < 3; index++) {
    sum += await step.do("add", async () => n);
    const known = { sum };
    const again = { retries: { limit: 8, delay: 150 } };
    sum += await step.do("effect", again, async () => {
      const reply = await fetch(recorder, { method: "POST", body: JSON.stringify({ execution: execution.id, label: `effect ${index}`, known }) });
      if (!reply.ok) throw new Error(`the recorder answered ${reply.status}`);
      return n;
    });
    await step.sleep("nap", "500 milliseconds");
  }
  const doubled = await step.invoke("double", leaf, { n });
  sum += doubled;
  await step.sleep("last", "3 seconds");
  sum += await step.do("end", async () => 2 * n);
  return { sum };
});

/** Waits until it is told, which may be in another place and time. */
export const told = workflow({ id: "told" }, async ({ step }) => (await step.waitForEvent<{ word: string }>("word", { type: "word" })).payload.word);
