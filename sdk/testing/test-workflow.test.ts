import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { workflow } from "../authoring/index.ts";
import { testWorkflow } from "./index.ts";

const start = new Date("2025-01-01T00:00:00Z").getTime();

describe("testWorkflow", () => {
  it("runs a workflow to its first wait and on as time moves", async () => {
    const welcome = workflow({ id: "welcome", input: z.object({ name: z.string() }) }, async ({ input, step }) => {
      const greeting = await step.do("greet", async () => `Hello, ${input.name}!`);
      await step.sleep("pause", "1 second");
      return { greeting };
    });
    const run = await testWorkflow(welcome, { input: { name: "Ada" } });
    expect(run.status).toBe("sleeping");
    expect(run.output).toBeUndefined();
    await run.advance(999);
    expect(run.status).toBe("sleeping");
    await run.advance(1);
    expect(run.status).toBe("completed");
    expect(run.output).toEqual({ greeting: "Hello, Ada!" });
    expect(run.steps.map(({ key, kind, status, attempt }) => [key, kind, status, attempt])).toEqual([
      ["greet-1", "do", "completed", 1],
      ["pause-1", "sleep", "completed", 0],
    ]);
  });

  it("moves through everything that falls due on the way, in order", async () => {
    const hourly = workflow({ id: "hourly" }, async ({ step }) => {
      const times: number[] = [];
      for (let hour = 0; hour < 48; hour++) {
        times.push(await step.do("note", async () => Date.now()));
        await step.sleep("hour", "1 hour");
      }
      return times;
    });
    const run = await testWorkflow(hourly);
    await run.advance("2 days");
    expect(run.output).toEqual(Array.from({ length: 48 }, (_, hour) => start + hour * 3_600_000));
    expect(run.now.getTime()).toBe(start + 48 * 3_600_000);
  });

  it("moves timers and clocks inside steps too", async () => {
    const slow = workflow({ id: "slow" }, async ({ step }) =>
      step.do("wait", async () => {
        const began = Date.now();
        await new Promise((resolve) => setTimeout(resolve, 30_000));
        let ticks = 0;
        await new Promise<void>((resolve) => {
          const interval = setInterval(() => {
            if (++ticks < 3) return;
            clearInterval(interval);
            resolve();
          }, 1_000);
        });
        return Date.now() - began;
      }),
    );
    const run = await testWorkflow(slow);
    expect(run.status).toBe("running");
    await run.advance("1 minute");
    expect(run.output).toBe(33_000);
  });

  it("waits in real time for steps that do real input or output", async () => {
    const { readFile } = await import("node:fs/promises");
    const reads = workflow({ id: "reads" }, async ({ step }) => (await step.do("read", async () => readFile(new URL(import.meta.url), "utf8"))).length > 0);
    const run = await testWorkflow(reads);
    expect(run.output).toBe(true);
  });

  it("answers requests with the stub and records them with their idempotency keys", async () => {
    const pays = workflow({ id: "pays" }, async ({ step }) => {
      const price = await step.do("price", async () => (await fetch("https://shop.example/price")).json() as Promise<{ amount: number }>);
      return step.do("pay", { retries: { limit: 1, delay: 0 } }, async (ctx) => {
        const response = await fetch("https://bank.example/pay", { method: "POST", body: JSON.stringify(price) });
        if (!response.ok) throw new Error(`attempt ${ctx.attempt} failed`);
        return response.status;
      });
    });
    let calls = 0;
    const run = await testWorkflow(pays, {
      stubs: { fetch: (request) => (request.url.endsWith("/price") ? Response.json({ amount: 5 }) : new Response(null, { status: ++calls === 1 ? 500 : 201 })) },
    });
    expect(run.output).toBe(201);
    expect(run.effects.map(({ step, method, url, body, idempotencyKey }) => [step, method, url, body, idempotencyKey])).toEqual([
      ["price-1", "GET", "https://shop.example/price", "", null],
      ["pay-1", "POST", "https://bank.example/pay", '{"amount":5}', "test-execution:1:1:pay-1:1"],
      ["pay-1", "POST", "https://bank.example/pay", '{"amount":5}', "test-execution:1:1:pay-1:1"],
    ]);
  });

  it("says what to do about a request that nothing answers", async () => {
    const asks = workflow({ id: "asks" }, async ({ step }) => step.do("ask", { retries: { limit: 0 } }, async () => (await fetch("https://example.com/")).status));
    const run = await testWorkflow(asks);
    expect(run.error?.message).toBe("nothing answers GET https://example.com/: pass stubs.fetch to testWorkflow");
  });

  it("puts stubs in place of steps", async () => {
    const two = workflow({ id: "two" }, async ({ step }) => {
      const a = await step.do("a", async () => 1);
      const b = await step.do("b", async () => 2);
      return [a, b];
    });
    const run = await testWorkflow(two, { stubs: { steps: { a: 10, b: (ctx: { attempt: number }) => ctx.attempt * 100 } } });
    expect(run.output).toEqual([10, 100]);
  });

  it("runs child workflows given by value, by id and as functions", async () => {
    const child = workflow({ id: "child" }, async ({ step }) => {
      await step.sleep("nap", "1 hour");
      return step.do("work", async () => "worked");
    });
    const parent = workflow({ id: "parent" }, async ({ step }) => [
      await step.invoke("by value", child, undefined),
      await step.invoke("by id", "other", 1),
      await step.invoke("function", "twice", 21),
      await step.invoke("missing", "nowhere", 0).catch((error: Error) => error.message),
    ]);
    const other = workflow({ id: "other" }, async ({ input }) => [input]);
    const run = await testWorkflow(parent, { children: { other, twice: (input: number) => input * 2 } });
    expect(run.status).toBe("waiting");
    expect(run.child("by value").status).toBe("sleeping");
    await run.advance("1 hour");
    expect(run.output).toEqual(["worked", [1], 42, 'there is no workflow "nowhere" in this test: pass it to testWorkflow in children']);
  });

  it("runs class workflows", async () => {
    class OrderFlow {
      readonly env: unknown;
      constructor(_ctx: unknown, env: unknown) {
        this.env = env;
      }
      async run(event: { payload: { id: number } }, step: { do<T>(name: string, body: () => Promise<T>): Promise<T>; sleep(name: string, duration: string): Promise<void> }): Promise<number> {
        await step.sleep("pause", "5 seconds");
        return step.do("double", async () => event.payload.id * 2);
      }
    }
    const run = await testWorkflow<number>(OrderFlow, { input: { id: 4 }, crashEveryStep: true });
    await run.advance("5 seconds");
    expect(run.output).toBe(8);
  });

  it("collects the log", async () => {
    const logs = workflow({ id: "logs" }, async ({ step }) => {
      console.log("before", { a: 1 });
      await step.do("step", async () => console.warn("inside"));
      await step.sleep("pause", 10);
      console.error("after");
    });
    const run = await testWorkflow(logs);
    await run.advance(10);
    expect(run.logs.map(({ level, message, step }) => [level, message, step])).toEqual([
      ["info", "before { a: 1 }", null],
      ["warn", "inside", "step-1"],
      ["error", "after", null],
    ]);
  });

  it("keeps several runs apart, each in its own time", async () => {
    const clock = workflow({ id: "clock" }, async ({ step }) => {
      await step.sleep("pause", "1 hour");
      return [Date.now(), Math.random()];
    });
    const [a, b] = await Promise.all([testWorkflow(clock, { id: "a" }), testWorkflow(clock, { id: "b", now: "2030-06-01T00:00:00Z" })]);
    await Promise.all([a.advance("1 hour"), b.advance("1 hour")]);
    expect(a.output?.[0]).toBe(start + 3_600_000);
    expect(b.output?.[0]).toBe(new Date("2030-06-01T01:00:00Z").getTime());
    expect(a.output?.[1]).not.toBe(b.output?.[1]);
  });

  it("leaves the test's own globals alone", async () => {
    const before = [globalThis.Date, globalThis.fetch, globalThis.setTimeout, Math.random, crypto.randomUUID, console.log];
    const seen: unknown[] = [];
    const hangs = workflow({ id: "hangs" }, async ({ step }) => step.do("hang", async () => new Promise((resolve) => setTimeout(resolve, 1_000))));
    const run = await testWorkflow(hangs);
    const log = vi.spyOn(console, "log").mockImplementation((...args) => void seen.push(...args));
    console.log("mine");
    log.mockRestore();
    expect(seen).toEqual(["mine"]);
    expect(Math.abs(Date.now() - new Date().getTime())).toBeLessThan(1_000);
    expect(Date.now()).toBeGreaterThan(new Date("2025-06-01").getTime());
    await run.advance("1 second");
    expect(run.status).toBe("completed");
    expect([globalThis.Date, globalThis.fetch, globalThis.setTimeout, Math.random, crypto.randomUUID, console.log]).toEqual(before);
  });

  it("fails an execution that takes longer than its timeout", async () => {
    const late = workflow({ id: "late", timeout: "1 day" }, async ({ step }) => step.sleep("long", "2 days"));
    const run = await testWorkflow(late);
    await run.advance("1 day");
    expect(run.error?.code).toBe("execution-timeout");
  });

  it("refuses events, decisions and cancels that reach nothing", async () => {
    const done = workflow({ id: "done" }, async () => 1);
    const run = await testWorkflow(done);
    await expect(run.send("x")).rejects.toThrow("the execution is completed: it takes no more events");
    await expect(run.cancel()).rejects.toThrow("the execution is completed: it cannot be cancelled");
    await expect(run.decide("x", { decision: "approved" })).rejects.toThrow('no approval "x" is pending');
    await expect(testWorkflow({} as never)).rejects.toThrow("testWorkflow needs what workflow() returns, or a class with a run method");
    await expect(testWorkflow(done, { now: "never" })).rejects.toThrow("now is never");
  });
});
