import { describe, expect, it } from "vitest";
import { workflow } from "../authoring/index.ts";
import { testWorkflow } from "../testing/index.ts";

const hang = async (): Promise<never> => new Promise((resolve) => setTimeout(resolve, 86_400_000));

describe("a step's timeout", () => {
  it("ends an attempt and counts it as failed", async () => {
    const slow = workflow({ id: "slow" }, async ({ step }) => step.do("slow", { timeout: "10 seconds", retries: { limit: 1, delay: "5 seconds" } }, hang));
    const run = await testWorkflow(slow, { crashEveryStep: true });
    await run.advance("14 seconds");
    expect(run.steps[0]).toMatchObject({ status: "retrying", attempt: 1 });
    await run.advance("11 seconds");
    expect(run.error).toMatchObject({ name: "StepTimeoutError", code: "step-timeout", message: 'attempt 2 of step "slow" took longer than 10000 ms' });
  });

  it("is ten minutes when nothing is said", async () => {
    const slow = workflow({ id: "slow" }, async ({ step }) => step.do("slow", { retries: { limit: 0 } }, hang));
    const run = await testWorkflow(slow);
    await run.advance("599 seconds");
    expect(run.status).toBe("running");
    await run.advance("1 second");
    expect(run.error?.code).toBe("step-timeout");
  });

  it("aborts the attempt's signal", async () => {
    let reason: unknown;
    const slow = workflow({ id: "slow" }, async ({ step }) =>
      step.do("slow", { timeout: "1 second", retries: { limit: 0 } }, async ({ signal }) => {
        signal.addEventListener("abort", () => (reason = signal.reason));
        return hang();
      }),
    );
    const run = await testWorkflow(slow);
    await run.advance("1 second");
    expect(reason).toMatchObject({ name: "StepTimeoutError" });
    expect(run.status).toBe("failed");
  });

  it("can be caught, and stays caught on replay", async () => {
    const slow = workflow({ id: "slow" }, async ({ step }) => {
      const caught = await step.do("slow", { timeout: 1_000, retries: { limit: 0 } }, hang).catch((error: Error & { code?: string }) => `${error.name} ${error.code}`);
      await step.sleep("pause", "1 second");
      return caught;
    });
    const run = await testWorkflow(slow, { crashEveryStep: true });
    await run.advance("2 seconds");
    expect(run.output).toBe("StepTimeoutError step-timeout");
  });

  it("ignores what an attempt returns after its time was up", async () => {
    const late = workflow({ id: "late" }, async ({ step }) => {
      const first = await step.do("late", { timeout: "1 second", retries: { limit: 0 } }, async () => new Promise<string>((resolve) => setTimeout(() => resolve("late"), 1_500))).catch(() => "timed out");
      await step.do("next", async () => new Promise((resolve) => setTimeout(resolve, 2_000)));
      return first;
    });
    const run = await testWorkflow(late);
    await run.advance("5 seconds");
    expect(run.output).toBe("timed out");
  });
});
