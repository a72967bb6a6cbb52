import { describe, expect, it } from "vitest";
import { NonRetryableError, workflow } from "../authoring/index.ts";
import { CrashDifferenceError, testWorkflow } from "./index.ts";

describe("crashEveryStep", () => {
  it("runs each step once and gives the result of the uncrashed run", async () => {
    const calls: string[] = [];
    const orders = workflow({ id: "orders" }, async ({ step }) => {
      const id = crypto.randomUUID();
      const [a, b] = await Promise.all([
        step.do("a", async () => {
          calls.push("a");
          return `${id}a`;
        }),
        step.do("b", { retries: { limit: 2, delay: "10 seconds" } }, async ({ attempt }) => {
          calls.push(`b${attempt}`);
          if (attempt < 3) throw new Error("not yet");
          return "b";
        }),
      ]);
      const paid = await step.waitForEvent<{ amount: number }>("paid", { type: "order.paid" });
      const approval = await step.approval("big", { title: "A big one" });
      const status = (await fetch("https://example.com/", { method: "POST" })).status;
      await step.sleep("pause", "1 day");
      await step.do("never", async () => Promise.reject(new NonRetryableError("no"))).catch(() => calls.push("caught"));
      return { a: a.length, b, amount: paid.payload.amount, decision: approval.decision, status, random: Math.random() };
    });
    const options = { stubs: { fetch: () => new Response(null, { status: 204 }) } };
    const drive = async (crashEveryStep: boolean) => {
      const run = await testWorkflow(orders, { ...options, crashEveryStep });
      await run.advance("1 minute");
      await run.send("order.paid", { amount: 7 });
      await run.decide("big", { decision: "approved", comment: "fine" });
      await run.advance("1 day");
      return run;
    };
    const plain = await drive(false);
    expect(plain.output).toMatchObject({ a: 37, b: "b", amount: 7, decision: "approved", status: 204 });
    calls.length = 0;
    const crashed = await drive(true);
    expect(crashed.output).toEqual(plain.output);
    expect(calls.filter((call) => call !== "caught")).toEqual(["a", "b1", "b2", "b3"]);
    expect(crashed.effects).toHaveLength(1);
  });

  it("names a branch that depends on what differs between runs", async () => {
    let runs = 0;
    const flaky = workflow({ id: "flaky" }, async ({ step }) => {
      const name = runs++ === 0 ? "first" : "second";
      await step.do(name, async () => 1);
      return step.do("end", async () => 2);
    });
    const failure = await testWorkflow(flaky, { crashEveryStep: true }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CrashDifferenceError);
    expect(String(failure)).toContain('workflow "flaky"');
    expect(String(failure)).toContain('step "first-1"\n    without a crash: do completed 1\n    after the crash: missing');
  });

  it("names a result that depends on what differs between runs", async () => {
    let runs = 0;
    const counts = workflow({ id: "counts" }, async ({ step }) => {
      runs++;
      await step.do("one", async () => 1);
      return runs;
    });
    await expect(testWorkflow(counts, { crashEveryStep: true })).rejects.toThrow(/output\n {4}without a crash: 1\n {4}after the crash: 2/);
  });

  it("crashes children and rollbacks too", async () => {
    const undone: string[] = [];
    const child = workflow({ id: "child" }, async ({ step }) => {
      await step.do("work", async () => 1, () => void undone.push("work"));
      await step.sleep("nap", "1 hour");
      throw new Error("the child broke");
    });
    const parent = workflow({ id: "parent" }, async ({ step }) => {
      await step.do("before", async () => 1, () => void undone.push("before"));
      return step.invoke("child", child, undefined);
    });
    const run = await testWorkflow(parent, { crashEveryStep: true });
    await run.advance("1 hour");
    expect(run.error).toMatchObject({ name: "ChildFailedError", message: "the child broke" });
    expect(undone).toEqual(["work", "before"]);
  });

  it("keeps the order in which parallel steps ended", async () => {
    const races = workflow({ id: "races" }, async ({ step }) => {
      const later = (name: string, ms: number) => step.do(name, async () => new Promise<string>((resolve) => setTimeout(() => resolve(name), ms)));
      const first = await Promise.race([later("slow", 3_000), later("fast", 1_000), step.sleep("nap", 2_000).then(() => "nap")]);
      const second = await Promise.race([later("again", 9_000), step.sleep("short", 500).then(() => "short")]);
      return [first, second];
    });
    const run = await testWorkflow(races, { crashEveryStep: true });
    await run.advance("1 minute");
    expect(run.output).toEqual(["fast", "short"]);
  });
});
