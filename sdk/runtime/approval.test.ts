import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type ApprovalOptions, workflow } from "../authoring/index.ts";
import { hostOf } from "../testing/test-run.ts";
import { testWorkflow } from "../testing/index.ts";

const asks = workflow({ id: "asks" }, async ({ step }) => step.approval("budget", { title: "Spend 500?", from: ["finance"], timeout: "2 days" }));

describe("approval", () => {
  it("waits until someone approves, and says who, when and why", async () => {
    const run = await testWorkflow(asks, { crashEveryStep: true });
    expect(run.status).toBe("pending_approval");
    await run.advance("1 day");
    await run.decide("budget", { decision: "approved", comment: "fine", decidedBy: "ada" });
    const at = new Date("2025-01-02T00:00:00Z");
    expect(run.output).toEqual({ decision: "approved", comment: "fine", decided_by: "ada", decided_at: at, answers: null, votes: [{ user: "ada", decision: "approved", comment: "fine", at, on_behalf_of: null, answers: null }] });
  });

  it("goes on when it is rejected", async () => {
    const run = await testWorkflow(asks, { crashEveryStep: true });
    await run.decide("budget-1", { decision: "rejected" });
    expect(run.output).toMatchObject({ decision: "rejected", comment: null });
  });

  it("expires at its timeout", async () => {
    const run = await testWorkflow(asks, { crashEveryStep: true });
    await run.advance("1 week");
    expect(run.output).toEqual({ decision: "expired", comment: null, decided_by: null, decided_at: new Date("2025-01-03T00:00:00Z"), answers: null, votes: [] });
    await expect(run.decide("budget", { decision: "approved" })).rejects.toThrow('no approval "budget" is pending');
  });

  it.each(["approved", "rejected"] as const)("is %s by time when its author says so", async (onTimeout) => {
    const run = await testWorkflow(workflow({ id: "asks" }, async ({ step }) => step.approval("open", { title: "?", onTimeout, timeout: "1 hour" })), { crashEveryStep: true });
    await run.advance("1 hour");
    expect(run.output).toMatchObject({ decision: onTimeout, decided_by: null, decided_at: new Date("2025-01-01T01:00:00Z") });
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

  it("gives a class of Cloudflare's kind the same", async () => {
    const run = await testWorkflow(
      class Asks {
        run(_event: unknown, step: { approval(name: string, options: ApprovalOptions): Promise<unknown> }) {
          return step.approval("go", { title: "Go?" });
        }
      },
      { crashEveryStep: true },
    );
    await run.decide("go", { decision: "approved" });
    expect(run.output).toMatchObject({ decision: "approved", answers: null });
  });
});

describe("a form", () => {
  const form = z.object({ amount: z.number().int().max(900), due: z.coerce.date(), note: z.string().default("none") });
  const ordering = workflow({ id: "ordering" }, async ({ step }) => {
    const { answers, votes } = await step.approval("order", { title: "Order?", form, from: ["ada", "bob"], need: 2 });
    return { cents: (answers?.amount ?? 0) * 100, year: answers?.due.getUTCFullYear(), note: answers?.note, given: votes.map((vote) => vote.answers?.amount) };
  });

  it("comes back typed, of the vote that decides and of each", async () => {
    const run = await testWorkflow(ordering, { crashEveryStep: true });
    const last = { decision: "approved", decidedBy: "bob", answers: { amount: 7, due: "2026-05-01" } } as const;
    await run.decide("order", { ...last, votes: [{ decision: "approved", decidedBy: "ada", answers: { amount: 5, due: "2026-04-01" } }, last] });
    expect(run.output).toEqual({ cents: 700, year: 2026, note: "none", given: [5, 7] });
  });

  it("travels as JSON Schema of what is put in", async () => {
    const run = await testWorkflow(ordering);
    expect(hostOf(run).journal.openSteps()[0]?.detail?.approval).toEqual({
      title: "Order?",
      from: ["ada", "bob"],
      need: 2,
      form: { type: "object", properties: { amount: { type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: 900 }, due: {}, note: { type: "string", default: "none" } }, required: ["amount", "due"] },
    });
  });

  it("with answers that its schema refuses fails the execution, and says where", async () => {
    const run = await testWorkflow(ordering, { crashEveryStep: true });
    await run.decide("order", { decision: "approved", answers: { amount: 901, due: "2026-05-01" } });
    expect(run).toMatchObject({ status: "failed", error: { message: expect.stringMatching(/^the answers to approval "order" do not fit its form: amount: /) } });
  });

  it("is null when it was rejected without answers", async () => {
    const run = await testWorkflow(ordering, { crashEveryStep: true });
    await run.decide("order", { decision: "rejected" });
    expect(run.output).toMatchObject({ cents: 0, given: [undefined] });
  });
});

describe("what an approval asks for", () => {
  it("is all there in the request", async () => {
    const run = await testWorkflow(
      workflow({ id: "asks" }, async ({ step }) =>
        step.approval("all", { title: "t", description: "d", from: ["ada", "role:finance", "ada"], need: "all", onTimeout: "rejected", remind: ["2 days", "1 day"], escalate: { after: "3 days", to: "admin" }, delegate: false })),
    );
    expect(hostOf(run).journal.openSteps()[0]?.detail?.approval).toEqual({ title: "t", description: "d", from: ["ada", "role:finance"], need: "all", on_timeout: "rejected", remind: [86_400_000, 172_800_000], escalate: { after: 259_200_000, to: ["admin"] }, delegate: false });
  });

  it.each<[string, unknown, string]>([
    ["no title", {}, "needs a title"],
    ["nobody who could all approve", { title: "t", need: "all" }, 'needs names in `from` when `need` is "all"'],
    ["half a person", { title: "t", need: 1.5 }, 'needs "any", "all" or a whole number above 0 as `need`'],
    ["an empty name", { title: "t", from: [""] }, "needs names in `from`: at most 100 texts"],
    ["another outcome", { title: "t", onTimeout: "maybe" }, 'needs "expired", "approved" or "rejected" as `onTimeout`'],
    ["too many reminders", { title: "t", remind: Array.from({ length: 11 }, () => "1 day") }, "reminds at most 10 times"],
    ["a form that is no object", { title: "t", form: z.string() }, "needs a zod object as `form`"],
    ["a form that is no schema", { title: "t", form: { amount: "number" } }, "needs a zod object (zod 4.2 or later) as `form`"],
    ["a form too large", { title: "t", form: z.object({ one: z.string().describe("x".repeat(33_000)) }) }, "has a form of more than 32768 characters as JSON Schema"],
  ])("is refused with %s", async (_, options, message) => {
    const run = await testWorkflow(workflow({ id: "wrong" }, async ({ step }) => step.approval("none", options as ApprovalOptions)));
    expect(run.error?.message).toBe(`step.approval("none") ${message}`);
  });
});
