import { ChildFailedError, workflow } from "everstep";

export const child = workflow({ id: "child" }, async ({ step }) => step.do("c", () => 1));

export const parent = workflow({ id: "parent" }, async ({ input, step }) => {
  const list = input as string[];
  const results = await Promise.allSettled(list.map((item, index) => step.invoke(`child ${index}`, child, item, { timeout: "1 hour" })));
  const failed = results.filter((one) => one.status === "rejected");
  if (failed.length > 0) {
    try {
      await step.invoke("clean up", "cleaner", { failed: failed.length });
    } catch (error) {
      if (error instanceof ChildFailedError) return { failed: failed.length, cleaned: false };
      throw error;
    }
  }
  return { failed: failed.length, cleaned: failed.length > 0 };
});
