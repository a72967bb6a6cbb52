import { describe, expect, it } from "vitest";
import { NonRetryableError, workflow } from "../authoring/index.ts";
import { testWorkflow } from "../testing/index.ts";
import { startTest } from "../testing/test-workflow.ts";

/** Books three things, then fails; notes what is undone. */
function trip(undone: string[], options: { failing?: string; nap?: boolean } = {}) {
  return workflow({ id: "trip" }, async ({ step }) => {
    for (const name of ["flight", "hotel", "car"]) {
      await step.do(name, async () => `${name} booked`, {
        rollback: async ({ output, error, stepName, ctx }) => {
          if (options.failing === name) throw new NonRetryableError(`${name} cannot be undone`);
          undone.push(`${stepName}: ${output}, ${error.message}, ${ctx.idempotencyKey}`);
        },
      });
    }
    if (options.nap) await step.sleep("nap", "1 hour");
    throw new Error("no money");
  });
}

const all = ["car", "hotel", "flight"].map((name) => `${name}-1: ${name} booked, no money, test-execution:1:1:rollback:${name}-1`);

describe("rollbacks", () => {
  it("undo in reverse order what was done, when the workflow fails", async () => {
    const undone: string[] = [];
    const run = await testWorkflow(trip(undone), { crashEveryStep: true });
    expect(run.error?.message).toBe("no money");
    expect(undone).toEqual(all);
    expect(run.steps.slice(3).map(({ key, kind, status }) => [key, kind, status])).toEqual([
      ["rollback:car-1", "rollback", "completed"],
      ["rollback:hotel-1", "rollback", "completed"],
      ["rollback:flight-1", "rollback", "completed"],
    ]);
  });

  it("go on after a crash with the first that is not durable", async () => {
    const undone: string[] = [];
    let commits = 0;
    let crashes = 0;
    const effects = workflow({ id: "effects" }, async ({ step }) => {
      for (const name of ["a", "b", "c"]) {
        await step.do(name, async () => name, async () => {
          await fetch(`https://undo.example/${name}`, { method: "POST" });
          undone.push(name);
        });
      }
      throw new Error("no");
    });
    // Every undoing request is a commit; the process dies after the third.
    const fault = (point: string) => point === "after-commit" && ++commits === 3 && ++crashes === 1;
    const run = await startTest(effects, { stubs: { fetch: () => new Response() }, faults: { fault } });
    expect(crashes).toBe(1);
    expect(run.status).toBe("failed");
    expect(undone).toEqual(["c", "b", "a"]);
    expect(run.effects.map(({ url, idempotencyKey }) => [url.at(-1), idempotencyKey])).toEqual([
      ["c", "test-execution:1:1:rollback:c-1:1"],
      ["b", "test-execution:1:1:rollback:b-1:1"],
      ["a", "test-execution:1:1:rollback:a-1:1"],
    ]);
  });

  it("go on although one of them fails for good, and say so in the log", async () => {
    const undone: string[] = [];
    const run = await testWorkflow(trip(undone, { failing: "hotel" }), { crashEveryStep: true });
    expect(undone.map((line) => line.split("-")[0])).toEqual(["car", "flight"]);
    expect(run.error?.message).toBe("no money");
    expect(run.logs.map(({ level, message }) => [level, message])).toEqual([["error", "rollback failed for hotel-1: hotel cannot be undone"]]);
  });

  it("are tried again as their own configuration says", async () => {
    let attempts = 0;
    const stubborn = workflow({ id: "stubborn" }, async ({ step }) => {
      await step.do("a", async () => 1, {
        rollbackConfig: { retries: { limit: 3, delay: "1 minute", backoff: "constant" } },
        rollback: async () => {
          if (++attempts < 3) throw new Error("busy");
        },
      });
      throw new Error("no");
    });
    const run = await testWorkflow(stubborn, { crashEveryStep: true });
    expect(run.status).toBe("sleeping");
    await run.advance("2 minutes");
    expect(run.status).toBe("failed");
    expect(attempts).toBe(3);
  });

  it("run for a cancelled execution when asked for", async () => {
    const undone: string[] = [];
    const run = await testWorkflow(trip(undone, { nap: true }), { crashEveryStep: true });
    await run.cancel({ rollback: true, reason: "changed my mind" });
    expect(run.status).toBe("cancelled");
    expect(run.error?.message).toBe("changed my mind");
    expect(undone.map((line) => line.split(",")[1])).toEqual(Array(3).fill(" the execution was cancelled"));
    expect(run.steps.find(({ key }) => key === "nap-1")?.status).toBe("cancelled");
  });

  it("do not run for a cancelled execution when not asked for", async () => {
    const undone: string[] = [];
    const run = await testWorkflow(trip(undone, { nap: true }));
    await run.cancel();
    expect([run.status, undone]).toEqual(["cancelled", []]);
  });

  it("get no output for a step that failed, whose effect may have happened all the same", async () => {
    const seen: unknown[] = [];
    const fails = workflow({ id: "fails" }, async ({ step }) => step.do("a", { retries: { limit: 0 } }, async () => Promise.reject(new Error("half done")), ({ output }) => void seen.push(output)));
    await testWorkflow(fails);
    expect(seen).toEqual([undefined]);
  });

  it("do not run when the workflow's failure was caught", async () => {
    const undone: string[] = [];
    const fine = workflow({ id: "fine" }, async ({ step }) => {
      await step.do("a", async () => 1, () => void undone.push("a"));
      await step.do("b", { retries: { limit: 0 } }, async () => Promise.reject(new Error("no"))).catch(() => {});
      return "fine";
    });
    expect((await testWorkflow(fine, { crashEveryStep: true })).output).toBe("fine");
    expect(undone).toEqual([]);
  });
});
