/** A workflow that waits, before it is changed. */
import { NonRetryableError, workflow } from "everstep";
import { z } from "zod";

const input = z.object({ kind: z.string(), fail: z.boolean().default(false) });

export default workflow({ id: "gated", title: "Version 1", input }, async ({ step, input, execution }) => {
  const drawn = [Math.random(), crypto.randomUUID(), Date.now()];
  const name = await step.do("name", async () => crypto.randomUUID());
  if (input.fail) throw new NonRetryableError("as it was told to");
  await step.waitForEvent("hold", { type: "go" });
  const last = await step.do("last", async () => "version 1");
  return { drawn, name, last, version: execution.version };
});
