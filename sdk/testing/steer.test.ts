import { describe, expect, it } from "vitest";
import { NonRetryableError, workflow } from "../authoring/index.ts";
import { testWorkflow } from "./index.ts";

const hour = 3_600_000;
const start = Date.UTC(2025, 0, 1);
/** Fails at its first call. */
function flaky(): () => string {
  let calls = 0;
  return () => {
    if (++calls === 1) throw new NonRetryableError("not yet");
    return `call ${calls}`;
  };
}

describe.each([false, true])("with crashEveryStep %s", (crashEveryStep) => {
  describe("pause", () => {
    const two = workflow({ id: "two" }, async ({ step }) => {
      const first = await step.do("first", async () => new Promise<number>((resolve) => setTimeout(() => resolve(Date.now()), 10_000)));
      return [first, await step.do("second", async () => Date.now())];
    });

    it("lets the step under way end and begins no other until it is resumed", async () => {
      const run = await testWorkflow(two, { crashEveryStep });
      await run.pause();
      expect(run.status).toBe("running");
      await run.advance("10 seconds");
      expect([run.status, run.steps.map(({ key, status }) => `${key} ${status}`)]).toEqual(["paused", ["first-1 completed"]]);
      await run.advance("1 hour");
      expect(run.status).toBe("paused");
      await run.resume();
      expect(run.output).toEqual([start + 10_000, start + 10_000 + hour]);
    });

    it("holds a sleep that is over, and ends it at once when it is resumed", async () => {
      const nap = workflow({ id: "nap", timeout: "2 hours" }, async ({ step }) => {
        await step.sleep("nap", "1 hour");
        return Date.now();
      });
      const run = await testWorkflow(nap, { crashEveryStep });
      await run.pause();
      await run.advance("90 minutes");
      expect(run.status).toBe("paused");
      await run.resume();
      expect(run.output).toBe(start + 1.5 * hour);
    });

    it("keeps events until it is resumed", async () => {
      const waits = workflow({ id: "waits" }, async ({ step }) => (await step.waitForEvent("hold", { type: "go" })).payload);
      const run = await testWorkflow(waits, { crashEveryStep });
      await run.pause();
      await run.send("go", 7);
      expect(run.status).toBe("paused");
      await run.resume();
      expect(run.output).toBe(7);
    });

    it("ends with a cancel", async () => {
      const run = await testWorkflow(two, { crashEveryStep });
      await run.pause();
      await run.cancel();
      expect(run.status).toBe("cancelled");
    });
  });

  describe("cancel with rollback", () => {
    it("undoes what was done, newest first, in the child too", async () => {
      const undone: string[] = [];
      const undo = (name: string) => () => void undone.push(name);
      const child = workflow({ id: "child" }, async ({ step }) => {
        await step.do("reserve", async () => 1, undo("reserve"));
        await step.waitForEvent("hold", { type: "go" });
      });
      const parent = workflow({ id: "parent" }, async ({ step }) => {
        await step.do("book", async () => 1, undo("book"));
        await step.do("charge", async () => 1, undo("charge"));
        await step.invoke("child", child, undefined);
      });
      const run = await testWorkflow(parent, { crashEveryStep });
      await run.cancel({ rollback: true, reason: "changed my mind" });
      expect([run.status, run.error?.message, run.child("child").status]).toEqual(["cancelled", "changed my mind", "cancelled"]);
      expect(undone).toEqual(["charge", "book", "reserve"]);
    });
  });

  describe("retry", () => {
    it("goes on from the failed step: results before it stay, its attempts begin again", async () => {
      const calls: string[] = [];
      const body = flaky();
      const order = workflow({ id: "order" }, async ({ step }) => {
        const id = await step.do("number", async () => calls.push("number"));
        const paid = await step.do("charge", async ({ idempotencyKey, attempt }) => {
          calls.push(`${idempotencyKey} ${attempt}`);
          return body();
        });
        return [id, paid];
      });
      const run = await testWorkflow(order, { crashEveryStep });
      expect(run.error?.message).toBe("not yet");
      await run.retry();
      expect([run.status, run.error, run.output]).toEqual(["completed", null, [1, "call 2"]]);
      expect(calls).toEqual(["number", "test-execution:1:1:charge-1 1", "test-execution:1:1:charge-1 1"]);
    });

    it("from a named step forgets that one and later ones, and gives them fresh idempotency keys", async () => {
      const calls: string[] = [];
      const chain = workflow({ id: "chain" }, async ({ step }) => {
        for (const name of ["a", "b", "c"]) await step.do(name, async ({ idempotencyKey }) => void calls.push(idempotencyKey.replace("test-execution:", "")));
      });
      const run = await testWorkflow(chain, { crashEveryStep });
      calls.length = 0;
      await run.retry({ from: "b" });
      expect(run.status).toBe("completed");
      expect(calls).toEqual(["2:1:b-1", "2:1:c-1"]);
    });

    it("waits as long again for what had not come in time", async () => {
      const waits = workflow({ id: "waits" }, async ({ step }) => (await step.waitForEvent("hold", { type: "go", timeout: "1 hour" })).payload);
      const run = await testWorkflow(waits, { crashEveryStep });
      await run.advance("1 hour");
      expect(run.error?.name).toBe("WaitTimeoutError");
      await run.advance("1 day");
      await run.retry();
      expect([run.status, run.steps[0]?.due]).toEqual(["waiting", new Date(start + 26 * hour)]);
      await run.advance("59 minutes");
      await run.send("go", 7);
      expect(run.output).toBe(7);
    });

    it("lets children that failed go on, and calls functions in their place again", async () => {
      const body = flaky();
      const child = workflow({ id: "child" }, async ({ step }) => {
        const before = await step.do("before", async () => crypto.randomUUID());
        return [before, await step.do("work", async () => body())];
      });
      const called = flaky();
      const parent = workflow({ id: "parent" }, async ({ step }) => [await step.invoke("child", child, undefined), await step.invoke("function", "called", undefined)]);
      const run = await testWorkflow(parent, { crashEveryStep, children: { called: () => called() } });
      const [before] = run.child("child").steps;
      await run.retry();
      expect(run.error).toMatchObject({ name: "ChildFailedError", message: "not yet" });
      await run.retry();
      expect(run.output).toEqual([[before?.output, "call 2"], "call 2"]);
    });

    it("goes on after a cancel, with the time that it may take beginning anew", async () => {
      const nap = workflow({ id: "nap", timeout: "2 hours" }, async ({ step }) => {
        await step.sleep("nap", "90 minutes");
        await step.sleep("more", "1 hour");
      });
      const run = await testWorkflow(nap, { crashEveryStep });
      await run.advance("1 hour");
      await run.cancel();
      await run.retry();
      expect(run.status).toBe("sleeping");
      await run.advance("90 minutes");
      expect(run.status).toBe("completed");
    });
  });
});

describe("what an execution's state does not allow", () => {
  const done = workflow({ id: "done" }, async ({ step }) => step.do("one", async () => 1));
  const waits = workflow({ id: "waits" }, async ({ step }) => {
    for (let round = 0; round < 3; round++) await step.waitForEvent("hold", { type: "go" });
  });

  it("is refused, saying why", async () => {
    const run = await testWorkflow(done);
    await expect(run.pause()).rejects.toThrow("the execution is completed: only one that has not ended can be paused");
    await expect(run.resume()).rejects.toThrow("the execution is completed: only a paused one can be resumed");
    await expect(run.retry()).rejects.toThrow("the execution is completed: only one that failed, stalled or was cancelled can be retried; name a step to begin again from there");
    await expect(run.retry({ from: "two" })).rejects.toThrow('the execution has no step "two"; its steps are one-1');
  });

  it("is a name that several steps have", async () => {
    const run = await testWorkflow(waits);
    await run.send("go");
    await expect(run.retry({ from: "hold" })).rejects.toThrow('2 steps are called "hold": name one by its key, hold-1, hold-2');
    await run.retry({ from: "hold-2" });
    expect(run.status).toBe("waiting");
  });
});
