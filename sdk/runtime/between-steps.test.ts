import { describe, expect, it } from "vitest";
import { workflow } from "../authoring/index.ts";
import { testWorkflow } from "../testing/index.ts";

describe("code between steps", () => {
  it("has its requests made steps, so that a replay sees the same answer", async () => {
    let answers = 0;
    const asks = workflow({ id: "asks" }, async ({ step }) => {
      const response = await fetch("https://api.example/v1", { method: "POST", body: "hello" });
      await step.sleep("pause", "1 hour");
      return [response.status, response.headers.get("x-a"), await response.text()];
    });
    const run = await testWorkflow(asks, {
      crashEveryStep: true,
      stubs: { fetch: async (request) => new Response(`${await request.text()} ${++answers}`, { status: 201, headers: { "x-a": "b" } }) },
    });
    await run.advance("1 hour");
    expect(run.output).toEqual([201, "b", "hello 1"]);
    expect(run.steps[0]).toMatchObject({ key: "fetch POST api.example-1", kind: "do", status: "completed" });
    expect(run.effects).toHaveLength(1);
    expect(run.effects[0]?.idempotencyKey).toBe("test-execution:1:1:fetch POST api.example-1");
  });

  it("cannot set timers, and is told what to use", async () => {
    for (const timer of ["setTimeout", "setInterval", "setImmediate"] as const) {
      const sets = workflow({ id: "sets" }, async () => {
        globalThis[timer](() => {}, 10);
      });
      expect((await testWorkflow(sets)).error?.message).toBe(`${timer} between steps does not survive a restart: use step.sleep, or call it inside step.do`);
    }
  });

  it("writes its log lines once, whatever is replayed", async () => {
    const logs = workflow({ id: "logs" }, async ({ step }) => {
      console.info("start");
      for (let index = 0; index < 3; index++) {
        await step.sleep("pause", "1 hour");
        console.info(`after ${index}`);
        await step.do("work", async () => console.debug(`in ${index}`));
      }
    });
    const run = await testWorkflow(logs);
    await run.advance("3 hours");
    expect(run.logs.map(({ message }) => message)).toEqual(["start", "after 0", "in 0", "after 1", "in 1", "after 2", "in 2"]);
    expect(run.logs.map(({ step }) => step)).toEqual([null, null, "work-1", null, "work-2", null, "work-3"]);
  });

  it("that awaits what never comes fails as stuck after five seconds", async () => {
    const stuck = workflow({ id: "stuck" }, async ({ step }) => {
      await step.do("a", async () => 1);
      await new Promise(() => {});
    });
    const run = await testWorkflow(stuck, { patience: 0 });
    expect(run.status).toBe("running");
    await run.advance("6 seconds");
    expect(run.error).toMatchObject({ code: "stuck", message: expect.stringContaining("the workflow awaits something that is no step and never comes") });
  });

  it("cannot swallow the end that continueAsNew is", async () => {
    const swallows = workflow({ id: "swallows" }, async ({ input, step }) => {
      if (input === 1) return "second run";
      return step.continueAsNew(1);
    });
    expect((await testWorkflow(swallows)).output).toBe("second run");
  });
});
