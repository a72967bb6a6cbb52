import { describe, expect, it } from "vitest";
import { type Step, workflow } from "../authoring/index.ts";
import { startTest } from "../testing/test-workflow.ts";

type Body = (step: Step) => Promise<unknown>;
const ok = async (): Promise<string> => "ok";
const version = (body: Body) => workflow({ id: "changing" }, async ({ step }) => body(step));

/** Runs `before` to its first wait, then goes on with the code `after`. */
async function change(before: Body, after: Body) {
  const first = await startTest(version(before), {});
  const second = await startTest(version(after), { from: first, patience: 0 });
  await second.advance("10 seconds");
  return second;
}

const nap = (step: Step) => step.sleep("nap", "1 hour");

describe("a replay that asks for other steps than the history holds stalls", () => {
  const original: Body = async (step) => {
    await step.do("a", ok);
    await step.do("b", ok);
    await nap(step);
  };
  const cases: Array<[string, Body, string, string, number]> = [
    ["a step was removed", async (step) => { await step.do("b", ok); await nap(step); }, 'do step "a-1"', 'do step "b-1"', 1],
    ["a step was removed at the end of the history", async (step) => { await step.do("a", ok); await step.do("b", ok); }, 'sleep step "nap-1"', "the end of the workflow", 5],
    ["a step was added in front", async (step) => { await step.do("new", ok); await original(step); }, 'do step "a-1"', 'do step "new-1"', 1],
    ["a step was added in the middle", async (step) => { await step.do("a", ok); await step.do("new", ok); await step.do("b", ok); await nap(step); }, 'do step "b-1"', 'do step "new-1"', 3],
    ["a step was renamed", async (step) => { await step.do("a", ok); await step.do("B", ok); await nap(step); }, 'do step "b-1"', 'do step "B-1"', 3],
    ["a step changed its kind", async (step) => { await step.do("a", ok); await step.sleep("b", 1); await nap(step); }, 'do step "b-1"', 'sleep step "b-1"', 3],
    ["steps changed places", async (step) => { await step.do("b", ok); await step.do("a", ok); await nap(step); }, 'do step "a-1"', 'do step "b-1"', 1],
    ["the code throws where it went on", async (step) => { await step.do("a", ok); throw new RangeError("changed"); }, 'do step "b-1"', "RangeError: changed", 3],
    ["the code begins a new run where it went on", async (step) => { await step.do("a", ok); return step.continueAsNew(1); }, 'do step "b-1"', "continueAsNew", 3],
    ["the code awaits something else", async (step) => { await step.do("a", ok); await new Promise(() => {}); }, 'do step "b-1"', "nothing: the workflow awaits something else", 3],
  ];
  for (const [title, after, expected, found, at] of cases) {
    it(`when ${title}`, async () => {
      const run = await change(original, after);
      expect(run.status).toBe("stalled");
      expect(run.divergence).toMatchObject({ expected, found, at });
      expect(run.divergence?.hint).toContain("Deploy changed code as a new version");
    });
  }

  it("when a branch depends on what differs between runs", async () => {
    let runs = 0;
    const run = await startTest(version(async (step) => {
      if (runs++ % 2 === 0) await step.do("even", ok);
      else await step.do("odd", ok);
      await nap(step);
    }), {});
    await run.advance("1 hour");
    expect(run.divergence).toMatchObject({ expected: 'do step "even-1"', found: 'do step "odd-1"' });
  });

  it("and keeps its history, takes no timer and gives no step another attempt", async () => {
    let attempts = 0;
    const run = await change(original, async (step) => step.do("other", async () => attempts++));
    await run.advance("2 days");
    expect(run.status).toBe("stalled");
    expect(attempts).toBe(0);
    expect(run.steps.map(({ key }) => key)).toEqual(["a-1", "b-1", "nap-1"]);
  });
});

describe("a change that the history does not know yet is none", () => {
  it("when steps are added behind the history's end", async () => {
    const run = await change(async (step) => { await step.do("a", ok); await nap(step); }, async (step) => { await step.do("a", ok); await nap(step); return step.do("more", ok); });
    await run.advance("1 hour");
    expect(run.output).toBe("ok");
  });

  it("when a step's body or its configuration changed", async () => {
    const run = await change(async (step) => { await step.do("a", ok); await nap(step); }, async (step) => {
      const a = await step.do("a", { retries: { limit: 9 } }, async () => "changed");
      await nap(step);
      return a;
    });
    await run.advance("1 hour");
    expect(run.output).toBe("ok");
  });
});
