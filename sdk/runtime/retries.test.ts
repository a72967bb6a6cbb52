import { describe, expect, it } from "vitest";
import { NonRetryableError, type Retries, workflow } from "../authoring/index.ts";
import { testWorkflow } from "../testing/index.ts";

/** Seconds after the start at which each attempt of a step that always fails is made. */
async function attemptTimes(retries: Retries, advance: `${number} days` = "30 days") {
  const times: number[] = [];
  const fails = workflow({ id: "fails" }, async ({ step }) =>
    step.do("fail", { retries }, async () => {
      times.push((Date.now() - Date.UTC(2025, 0, 1)) / 1_000);
      throw new Error(`failure ${times.length}`);
    }),
  );
  const run = await testWorkflow(fails);
  await run.advance(advance);
  return { times, run };
}

describe("retries", () => {
  it("waits the same time before each attempt with constant backoff", async () => {
    const { times, run } = await attemptTimes({ limit: 3, delay: "10 seconds", backoff: "constant" });
    expect(times).toEqual([0, 10, 20, 30]);
    expect(run.status).toBe("failed");
    expect(run.error?.message).toBe("failure 4");
    expect(run.steps[0]).toMatchObject({ status: "failed", attempt: 4 });
  });

  it("adds the delay once more each time with linear backoff", async () => {
    expect((await attemptTimes({ limit: 3, delay: "10 seconds", backoff: "linear" })).times).toEqual([0, 10, 30, 60]);
  });

  it("doubles the delay with exponential backoff", async () => {
    expect((await attemptTimes({ limit: 4, delay: "10 seconds", backoff: "exponential" })).times).toEqual([0, 10, 30, 70, 150]);
  });

  it("is exponential from one second with five retries when nothing is said", async () => {
    const { times } = await attemptTimes({ limit: 5 });
    expect(times).toEqual([0, 1, 3, 7, 15, 31]);
    const fails = workflow({ id: "fails" }, async ({ step }) => step.do("fail", async () => Promise.reject(new Error("no"))));
    const run = await testWorkflow(fails);
    await run.advance("1 minute");
    expect(run.steps[0]?.attempt).toBe(6);
  });

  it("never waits longer than a day between attempts", async () => {
    const { times } = await attemptTimes({ limit: 3, delay: "20 hours" });
    expect(times.map((at) => at / 3_600)).toEqual([0, 20, 44, 68]);
  });

  it("asks a delay function, which may be asynchronous and sees attempt and error", async () => {
    const seen: string[] = [];
    const { times } = await attemptTimes({
      limit: 2,
      delay: async ({ ctx, error }) => {
        seen.push(`${ctx.attempt}: ${error.message}`);
        return `${ctx.attempt * 7} seconds`;
      },
    });
    expect(times).toEqual([0, 7, 21]);
    expect(seen).toEqual(["1: failure 1", "2: failure 2"]);
  });

  it("fails the step when the delay function fails", async () => {
    const { times, run } = await attemptTimes({ limit: 2, delay: () => "soon" as never });
    expect(times).toEqual([0]);
    expect(run.error?.message).toContain('"soon" is not a duration');
  });

  it("spreads delays by half the jitter to either side", async () => {
    const { times } = await attemptTimes({ limit: 40, delay: "100 seconds", backoff: "constant", jitter: 0.5 });
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(75);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(125);
    expect(new Set(gaps).size).toBeGreaterThan(30);
  });

  it("makes one attempt when the limit is 0", async () => {
    const { times, run } = await attemptTimes({ limit: 0 });
    expect(times).toEqual([0]);
    expect(run.status).toBe("failed");
  });

  it("never gives up when the limit is Infinity", async () => {
    const { times, run } = await attemptTimes({ limit: Number.POSITIVE_INFINITY, delay: "1 hour", backoff: "constant" }, "2 days");
    expect(times).toHaveLength(49);
    expect(run.status).toBe("sleeping");
  });

  it("makes no further attempt after a NonRetryableError, even a renamed one", async () => {
    for (const error of [new NonRetryableError("no"), new NonRetryableError("no", "BadCard"), Object.assign(new Error("no"), { name: "NonRetryableError" })]) {
      let attempts = 0;
      const fails = workflow({ id: "fails" }, async ({ step }) =>
        step.do("fail", async () => {
          attempts++;
          throw error;
        }),
      );
      const run = await testWorkflow(fails);
      expect(attempts).toBe(1);
      expect(run.error).toMatchObject({ name: error.name, message: "no" });
    }
  });

  it("takes the workflow's retries for steps that say nothing", async () => {
    let attempts = 0;
    const fails = workflow({ id: "fails", retries: { limit: 1, delay: 0 } }, async ({ step }) =>
      step.do("fail", async () => {
        attempts++;
        throw new Error("no");
      }),
    );
    expect((await testWorkflow(fails)).status).toBe("failed");
    expect(attempts).toBe(2);
  });

  it("gives every attempt its number and the same idempotency key", async () => {
    const seen: unknown[] = [];
    const third = workflow({ id: "third" }, async ({ step }) =>
      step.do("try", { retries: { limit: 5, delay: "1 minute", backoff: "linear" }, timeout: "5 seconds" }, async (ctx) => {
        seen.push([ctx.attempt, ctx.step, ctx.idempotencyKey, ctx.config]);
        if (ctx.attempt < 3) throw new Error("not yet");
        return ctx.attempt;
      }),
    );
    const run = await testWorkflow(third, { crashEveryStep: true });
    await run.advance("3 minutes");
    expect(run.output).toBe(3);
    const config = { retries: { limit: 5, delay: "1 minute", backoff: "linear" }, timeout: "5 seconds" };
    expect(seen).toEqual([1, 2, 3].map((attempt) => [attempt, { name: "try", count: 1 }, "test-execution:1:1:try-1", config]));
  });

  it("names what a thrown value that is no Error was", async () => {
    const throws = workflow({ id: "throws" }, async ({ step }) => step.do("throw", { retries: { limit: 0 } }, async () => Promise.reject({ code: 7 })));
    expect((await testWorkflow(throws)).error?.message).toBe('a object was thrown: {"code":7}');
  });
});
