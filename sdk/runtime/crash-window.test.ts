/**
 * Commits that fall between an end's happening and its being handed to the workflow.
 */
import { expect, it } from "vitest";
import { workflow } from "../authoring/index.ts";
import { startTest } from "../testing/test-workflow.ts";

/** Crashes once, right after the first commit that follows the sleep. */
const once = () => {
  let commits = 0;
  return (point: string) => point === "after-commit" && ++commits === 1;
};

it("an event is not lost when the process dies before its end was handed over", async () => {
  const waits = workflow({ id: "waits" }, async ({ step }) => {
    await step.sleep("first", "1 hour");
    const [, event] = await Promise.all([step.sleep("none", 0), step.waitForEvent("tick", { type: "tick", timeout: "1 second" }), fetch("https://example.com/", { method: "POST" })]);
    return event.payload;
  });
  const run = await startTest(waits, { stubs: { fetch: () => new Response() }, faults: { fault: once() } });
  await run.send("tick", "kept");
  await run.advance("2 hours");
  expect(run.output).toBe("kept");
});

it("an attempt does not count when the process dies before its end was handed over", async () => {
  const works = workflow({ id: "works" }, async ({ step }) =>
    Promise.all([
      step.do("a", async () => 1),
      step.do("b", { retries: { limit: 0 } }, async (ctx) => ctx.attempt),
      step.do("c", async () => {
        for (let tick = 0; tick < 6; tick++) await Promise.resolve();
        return fetch("https://example.com/", { method: "POST" }).then(() => 3);
      }),
    ]),
  );
  const run = await startTest(works, { stubs: { fetch: () => new Response() }, faults: { fault: once() } });
  expect(run.output).toEqual([1, 1, 3]);
});
