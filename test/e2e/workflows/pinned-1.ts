/** Version 1 of a workflow. */
import { workflow } from "everstep";

export default workflow({ id: "pinned", title: "Version 1" }, async ({ step, execution }) => {
  const name = await step.do("name", async () => "version 1");
  await step.waitForEvent("hold", { type: "go" });
  return { name, last: await step.do("last", async () => "version 1"), version: execution.version };
});
