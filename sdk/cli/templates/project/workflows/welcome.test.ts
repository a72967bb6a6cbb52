import { testWorkflow } from "everstep/testing";
import { expect, test } from "vitest";
import welcome from "./welcome.ts";

test("greets by name after a second", async () => {
  const run = await testWorkflow(welcome, { input: { name: "Ada" } });
  expect(run.status).toBe("sleeping");
  await run.advance("1 second");
  expect(run.status).toBe("completed");
  expect(run.output).toEqual({ greeting: "Hello, Ada!" });
});
