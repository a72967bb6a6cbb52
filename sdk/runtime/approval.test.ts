import { describe, expect, it } from "vitest";
import { workflow } from "../authoring/index.ts";
import { testWorkflow } from "../testing/index.ts";

const asks = workflow({ id: "asks" }, async ({ step }) => step.approval("budget", { title: "Spend 500?", from: ["finance"], timeout: "2 days" }));

describe("approval", () => {
  it("waits until someone approves, and says who, when and why", async () => {
    const run = await testWorkflow(asks, { crashEveryStep: true });
    expect(run.status).toBe("pending_approval");
    await run.advance("1 day");
    await run.decide("budget", { decision: "approved", comment: "fine", decidedBy: "ada" });
    expect(run.output).toEqual({ decision: "approved", comment: "fine", decided_by: "ada", decided_at: new Date("2025-01-02T00:00:00Z") });
  });

  it("goes on when it is rejected", async () => {
    const run = await testWorkflow(asks, { crashEveryStep: true });
    await run.decide("budget-1", { decision: "rejected" });
    expect(run.output).toMatchObject({ decision: "rejected", comment: null });
  });

  it("expires at its timeout", async () => {
    const run = await testWorkflow(asks, { crashEveryStep: true });
    await run.advance("1 week");
    expect(run.output).toEqual({ decision: "expired", comment: null, decided_by: null, decided_at: new Date("2025-01-03T00:00:00Z") });
    await expect(run.decide("budget", { decision: "approved" })).rejects.toThrow('no approval "budget" is pending');
  });

  it("expires after seven days when nothing is said", async () => {
    const run = await testWorkflow(workflow({ id: "asks" }, async ({ step }) => step.approval("open", { title: "?" })));
    expect(run.steps[0]?.due).toEqual(new Date("2025-01-08T00:00:00Z"));
  });

  it("is decided one by one when several are pending", async () => {
    const both = workflow({ id: "both" }, async ({ step }) => {
      const outcomes = await Promise.all([step.approval("same", { title: "a" }), step.approval("same", { title: "b" })]);
      return outcomes.map(({ decision }) => decision);
    });
    const run = await testWorkflow(both, { crashEveryStep: true });
    await run.decide("same-2", { decision: "rejected" });
    expect(run.status).toBe("pending_approval");
    await run.decide("same-1", { decision: "approved" });
    expect(run.output).toEqual(["approved", "rejected"]);
  });

  it("needs a title", async () => {
    const untitled = workflow({ id: "untitled" }, async ({ step }) => step.approval("none", {} as never));
    expect((await testWorkflow(untitled)).error?.message).toBe('step.approval("none") needs a title');
  });
});
