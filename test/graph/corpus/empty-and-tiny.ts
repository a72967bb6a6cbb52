import { workflow } from "everstep";
export const nothing = workflow({ id: "nothing" }, async () => {});
export const value = workflow({ id: "value" }, async () => 1);
export const object = workflow({ id: "object" }, async ({ step }) => ({ a: await step.do("a", () => 1) }));
export const commentsOnly = workflow({ id: "comments-only" }, async () => {
  // not yet
});
export const one = workflow({ id: "single" }, async ({ step }) => await step.do("x", () => 1));
