/** Version 2 of a workflow that asks for other steps than version 1. */
import { workflow } from "everstep";

export default workflow({ id: "pinned", title: "Version 2" }, async ({ step, execution }) => {
  await step.do("new in version 2", async () => 0);
  const name = await step.do("name", async () => "version 2");
  await step.waitForEvent("hold", { type: "go" });
  return { name, last: await step.do("last", async () => "version 2"), version: execution.version };
});
