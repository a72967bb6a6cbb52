/** A workflow that goes on when it is told to, so that what shows in between can be looked at. */
import { workflow } from "everstep";

export const watched = workflow({ id: "watched" }, async ({ step }) => {
  await step.do("first", async () => "one");
  await step.waitForEvent("pause", { type: "go" });
  await step.do("second", async () => "two");
  // Its result is committed before this ends: the turn is not over by then.
  await step.do("long", async () => {
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    return "three";
  });
  return "done";
});
