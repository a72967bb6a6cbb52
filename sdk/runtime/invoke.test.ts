import { describe, expect, it } from "vitest";
import { workflow } from "../authoring/index.ts";
import { testWorkflow } from "../testing/index.ts";

const napping = workflow({ id: "napping" }, async ({ input, step }) => {
  await step.sleep("nap", "1 hour");
  if (input === "bad") throw new RangeError("the child broke");
  return { of: input, at: new Date() };
});

describe("invoke", () => {
  it("gives the child's output, values and all", async () => {
    const parent = workflow({ id: "parent" }, async ({ step }) => step.invoke("child", napping, "ok"));
    const run = await testWorkflow(parent, { crashEveryStep: true });
    expect(run.status).toBe("waiting");
    await run.advance("1 hour");
    expect(run.output).toEqual({ of: "ok", at: new Date("2025-01-01T01:00:00Z") });
  });

  it("throws a ChildFailedError with the child's message when it fails", async () => {
    const parent = workflow({ id: "parent" }, async ({ step }) => step.invoke("child", napping, "bad").catch((error: Error & { code?: string }) => [error.name, error.code, error.message]));
    const run = await testWorkflow(parent, { crashEveryStep: true });
    await run.advance("1 hour");
    expect(run.output).toEqual(["ChildFailedError", "child-failed", "the child broke"]);
  });

  it("throws a ChildFailedError when the child is cancelled", async () => {
    const parent = workflow({ id: "parent" }, async ({ step }) => step.invoke("child", napping, "ok"));
    const run = await testWorkflow(parent, { crashEveryStep: true });
    await run.child("child").cancel({ reason: "not needed" });
    expect(run.error).toMatchObject({ name: "ChildFailedError", message: "not needed" });
  });

  it("throws a WaitTimeoutError when the child takes too long, and the parent goes on", async () => {
    const parent = workflow({ id: "parent" }, async ({ step }) => step.invoke("child", napping, "ok", { timeout: "1 minute" }).catch((error: Error) => error.name));
    const run = await testWorkflow(parent, { crashEveryStep: true });
    await run.advance("1 minute");
    expect(run.output).toBe("WaitTimeoutError");
  });

  it("cancels a child that takes too long, and no other", async () => {
    const undone: string[] = [];
    const slow = workflow({ id: "slow" }, async ({ step }) => {
      await step.do("work", async () => 1, () => void undone.push("work"));
      await step.sleep("nap", "1 hour");
    });
    const parent = workflow({ id: "parent" }, async ({ step }) => {
      const late = (name: string) => step.invoke(name, slow, undefined, { timeout: "1 minute" }).catch((error: Error) => error.name);
      return Promise.all([late("one"), late("two"), step.invoke("patient", slow, undefined), step.sleep("long", "2 hours").then(() => late("three"))]);
    });
    const run = await testWorkflow(parent, { crashEveryStep: true });
    const statuses = () => ["one", "two", "patient"].map((name) => run.child(name).status);
    await run.advance("1 minute");
    expect([run.status, statuses()]).toEqual(["waiting", ["cancelled", "cancelled", "sleeping"]]);
    expect(run.child("one").error?.message).toBe("the parent execution test-execution does not wait for it any more");
    await run.advance("2 hours");
    await run.advance("1 minute");
    expect([statuses()[2], run.child("three").status]).toEqual(["completed", "cancelled"]);
    expect(run.output).toEqual(["WaitTimeoutError", "WaitTimeoutError", undefined, "WaitTimeoutError"]);
    // A child that is cancelled stops as it is; undoing is asked for by a cancel with rollback.
    expect(undone).toEqual([]);
  });

  it("goes on with the cancelled child when the parent is retried, and waits as long again", async () => {
    const parent = workflow({ id: "parent" }, async ({ step }) => step.invoke("child", napping, "ok", { timeout: "59 minutes" }));
    const run = await testWorkflow(parent, { crashEveryStep: true });
    await run.advance("59 minutes");
    expect([run.error?.name, run.child("child").status]).toEqual(["WaitTimeoutError", "cancelled"]);
    await run.retry();
    await run.advance("1 minute");
    expect(run.output).toEqual({ of: "ok", at: new Date("2025-01-01T01:00:00Z") });
  });

  it("is not answered by a child of the run before continueAsNew, which is cancelled", async () => {
    const rounds = workflow({ id: "rounds" }, async ({ input, step, execution }) => {
      const asked = step.invoke("child", napping, execution.run);
      if (input === undefined) {
        void asked.catch(() => {});
        await step.sleep("short", "1 minute");
        await step.continueAsNew("again");
      }
      return asked;
    });
    const run = await testWorkflow(rounds, { crashEveryStep: true });
    const first = run.child("child");
    await run.advance("1 minute");
    expect([run.status, first.status]).toEqual(["waiting", "cancelled"]);
    await run.advance("1 hour");
    expect(run.output).toEqual({ of: 2, at: new Date("2025-01-01T01:01:00Z") });
  });

  it("cancels children when the parent ends without them", async () => {
    const parent = workflow({ id: "parent" }, async ({ step }) => Promise.race([step.invoke("child", napping, "ok"), step.sleep("short", "1 minute")]));
    const run = await testWorkflow(parent, { crashEveryStep: true });
    const child = run.child("child");
    await run.advance("1 minute");
    expect([run.status, child.status]).toEqual(["completed", "cancelled"]);
  });

  it("runs children side by side", async () => {
    const parent = workflow({ id: "parent" }, async ({ step }) => Promise.all([1, 2, 3].map((n) => step.invoke("child", "double", n))));
    const run = await testWorkflow(parent, { crashEveryStep: true, children: { double: async (n: number) => n * 2 } });
    expect(run.output).toEqual([2, 4, 6]);
  });

  it("needs a workflow or its id", async () => {
    const parent = workflow({ id: "parent" }, async ({ step }) => step.invoke("child", 7 as never, 1));
    expect((await testWorkflow(parent)).error?.message).toBe('step.invoke("child") needs a workflow or its id');
  });
});
