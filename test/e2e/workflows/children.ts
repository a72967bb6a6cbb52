/** Parents that do not wait for their children to the end. */
import { workflow } from "everstep";
import { z } from "zod";

const patience = z.object({ timeout: z.number() });

export const slow = workflow({ id: "slow" }, async ({ input, step }) => {
  await step.waitForEvent("hold", { type: "go" });
  return input;
});

/** Two children at once; it goes on when both took too long. */
export const hurried = workflow({ id: "hurried", input: patience }, async ({ input, step }) => {
  const names = await Promise.all(["one", "two"].map((name) => step.invoke(name, slow, name, input).catch((error: Error) => error.name)));
  await step.waitForEvent("hold", { type: "go" });
  return names;
});

export const strict = workflow({ id: "strict", input: patience }, async ({ input, step }) => step.invoke("child", slow, "answer", input));

/** Its first run goes on without its child. */
export const moving = workflow({ id: "moving" }, async ({ step, execution }) => {
  const child = step.invoke("child", slow, execution.run);
  if (execution.run > 1) return child;
  void child.catch(() => {});
  await step.waitForEvent("move", { type: "move" });
  return step.continueAsNew({});
});
