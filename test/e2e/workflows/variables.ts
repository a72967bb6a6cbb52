/** What executions see of variables that change meanwhile. */
import { workflow } from "everstep";

export const patient = workflow({ id: "patient" }, async ({ step, vars, execution }) => {
  const first = await step.do("first", async () => ({ ...vars }));
  await step.waitForEvent("go", { type: "go" });
  const second = { ...vars };
  if (execution.run === 1) return step.continueAsNew({ first, second });
  return { first, second };
});

/** Asks for the first time after it has waited. */
export const late = workflow({ id: "late" }, async ({ step, vars }) => {
  await step.waitForEvent("go", { type: "go" });
  return vars["COLOUR"];
});

export const plain = workflow({ id: "plain" }, async ({ step }) => step.do("one", async () => 1));
