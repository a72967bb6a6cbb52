import { actions, ActionRefusedError, crm, NonRetryableError, StepTimeoutError, workflow } from "everstep";

export default workflow({ id: "nested-try" }, async ({ input, step }) => {
  const id = input as string;
  try {
    try {
      await step.do("primary", { retries: { limit: 1 } }, async () => call("primary"));
    } catch (error) {
      if (error instanceof NonRetryableError) throw error;
      try {
        await step.do("secondary", async () => call("secondary"));
      } finally {
        await step.do("note", () => "tried the second");
      }
    }
  } catch (error: unknown) {
    if (error instanceof StepTimeoutError) {
      await actions.notify({ to: { role: "admin" }, title: "slow" });
    } else if (error instanceof ActionRefusedError && error.code === "not-found") {
      return null;
    } else {
      throw new Error("neither worked", { cause: error });
    }
  }
  return crm.companies.get(id);
});

declare function call(name: string): Promise<void>;
