/** The same, with another end, and for some inputs a step in between. */
import { NonRetryableError, workflow } from "everstep";
import { z } from "zod";

const input = z.object({ kind: z.string(), fail: z.boolean().default(false) });

export default workflow({ id: "gated", title: "Version 2", input, on: [] }, async ({ step, input, execution }) => {
  const drawn = [Math.random(), crypto.randomUUID(), Date.now()];
  const name = await step.do("name", async () => {
    throw new NonRetryableError("a rehearsal carries nothing out");
  });
  if (input.fail) throw new NonRetryableError("as it was told to");
  if (input.kind === "checked") await step.do("check", async () => "checked");
  await step.waitForEvent("hold", { type: "go" });
  await step.do("new", async () => "new");
  const last = await step.do("last", async () => "version 2");
  return { drawn, name, last, version: execution.version };
});
