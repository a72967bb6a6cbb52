/**
 * The measured workflows, written for `cloudflare:workers`: the very same classes run on
 * Everstep (deployed as a tenant's bundle) and on Cloudflare Workflows.
 * @module
 */
import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";

/** What a step gives: a small record, as steps usually do. */
export function stepResult(index: number): { index: number; label: string; even: boolean } {
  return { index, label: `result of step ${index}`, even: index % 2 === 0 };
}

/** So many steps, one after another. */
export class BenchSteps extends WorkflowEntrypoint<unknown, { steps: number }> {
  override async run(event: Readonly<WorkflowEvent<{ steps: number }>>, step: WorkflowStep): Promise<number> {
    let sum = 0;
    for (let index = 0; index < event.payload.steps; index++) sum += (await step.do(`step ${index}`, async () => stepResult(index))).index;
    return sum;
  }
}

/** One sleep; gives how much later than asked the next step ran, ms. */
export class BenchSleep extends WorkflowEntrypoint<unknown, { ms: number }> {
  override async run(event: Readonly<WorkflowEvent<{ ms: number }>>, step: WorkflowStep): Promise<number> {
    const before = await step.do("before", async () => Date.now());
    await step.sleep("sleep", event.payload.ms);
    const after = await step.do("after", async () => Date.now());
    return after - before - event.payload.ms;
  }
}

/** So many steps, an event, one more step. */
export class BenchResume extends WorkflowEntrypoint<unknown, { steps: number }> {
  override async run(event: Readonly<WorkflowEvent<{ steps: number }>>, step: WorkflowStep): Promise<number> {
    let sum = 0;
    for (let index = 0; index < event.payload.steps; index++) sum += (await step.do(`step ${index}`, async () => stepResult(index))).index;
    await step.waitForEvent("go on", { type: "go", timeout: "1 hour" });
    return step.do("last", async () => sum);
  }
}
