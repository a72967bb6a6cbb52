import { describe, expect, it } from "vitest";
import { workflow } from "../authoring/index.ts";
import { testWorkflow } from "../testing/index.ts";

describe("between steps", () => {
  it("clock, random numbers and ids are the same on every replay", async () => {
    const samples: string[] = [];
    const draws = workflow({ id: "draws" }, async ({ step }) => {
      const seen: unknown[] = [];
      const draw = (): void => {
        seen.push(Date.now(), new Date().toISOString(), Date().length > 0, Math.random(), crypto.randomUUID(), [...crypto.getRandomValues(new Uint8Array(4))], performance.now());
        samples.push(JSON.stringify(seen));
      };
      draw();
      await step.do("a", async () => 1);
      draw();
      await step.sleep("pause", "90 minutes");
      draw();
      await step.waitForEvent("tick", { type: "tick" });
      draw();
      return seen;
    });
    const run = await testWorkflow(draws, { crashEveryStep: true });
    await run.advance("2 hours");
    await run.send("tick");
    expect(run.status).toBe("completed");
    expect(run.output?.[0]).toBe(Date.UTC(2025, 0, 1));
    expect(run.output?.[14]).toBe(Date.UTC(2025, 0, 1, 1, 30));
    expect(run.output?.[21]).toBe(Date.UTC(2025, 0, 1, 2));
    expect(run.output?.[4]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(samples.length).toBeGreaterThan(10);
    expect(new Set(samples).size).toBe(4);
  });

  it("random numbers do not depend on attempts that a replay does not make", async () => {
    const retries = workflow({ id: "retries" }, async ({ step }) => {
      const long = step.do("long", async () => new Promise((resolve) => setTimeout(resolve, 60_000)));
      await step.do("fails", { retries: { limit: 3, delay: "1 second", jitter: 1 } }, async ({ attempt }) => {
        if (attempt < 3) throw new Error("no");
      });
      const random = Math.random();
      await step.do(random < 0.5 ? "low" : "high", async () => 1);
      await long;
      return random;
    });
    const run = await testWorkflow(retries, { crashEveryStep: true });
    await run.advance("2 minutes");
    expect(run.status).toBe("completed");
  });

  it("random numbers differ from execution to execution and from run to run", async () => {
    const draws = workflow({ id: "draws" }, async ({ input, step }) => (input === undefined ? step.continueAsNew([Math.random()]) : [...(input as number[]), Math.random()]));
    const a = await testWorkflow(draws, { id: "a" });
    const b = await testWorkflow(draws, { id: "b" });
    expect(new Set([...(a.output as number[]), ...(b.output as number[])]).size).toBe(4);
  });

  it("the clock stands still until a step ends", async () => {
    const looks = workflow({ id: "looks" }, async ({ step }) => {
      const before = Date.now();
      const within = await step.do("takes a minute", async () => {
        await new Promise((resolve) => setTimeout(resolve, 60_000));
        return Date.now();
      });
      return [within - before, Date.now() - before];
    });
    const run = await testWorkflow(looks);
    await run.advance("1 minute");
    expect(run.output).toEqual([60_000, 60_000]);
  });

  it("dates stay dates", async () => {
    const dates = workflow({ id: "dates" }, async () => {
      class OwnDate extends Date {}
      return [new Date() instanceof Date, new Date(0).constructor === Date, new Date(2020, 1, 2).getFullYear(), Date.UTC(2020, 0), typeof Date(), new OwnDate() instanceof OwnDate, new OwnDate().getTime() === Date.now()];
    });
    expect((await testWorkflow(dates)).output).toEqual([true, true, 2020, Date.UTC(2020, 0), "string", true, true]);
  });
});

describe("inside steps", () => {
  it("random numbers are the platform's own", async () => {
    const draws = workflow({ id: "draws" }, async ({ step }) => step.do("draw", async () => [Math.random(), crypto.randomUUID()]));
    const [a, b] = [await testWorkflow(draws), await testWorkflow(draws)];
    expect(a.output).not.toEqual(b.output);
  });
});
