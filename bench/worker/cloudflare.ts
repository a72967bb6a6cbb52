/**
 * The measured classes as Cloudflare Workflows runs them. Each tells its isolate when its
 * function has returned, so that a waiting client asks for the status only when there is
 * something to see: polling would be charged to the engine.
 * @module
 */
import type { WorkflowEvent, WorkflowStep } from "cloudflare:workers";
import { BenchResume, BenchSleep, BenchSteps } from "../workflows/classes.ts";

/** Instances whose function has returned (or waits for its event), by id. */
export const returned = new Set<string>();

export class CloudflareSteps extends BenchSteps {
  override async run(event: Readonly<WorkflowEvent<{ steps: number }>>, step: WorkflowStep): Promise<number> {
    const sum = await super.run(event, step);
    returned.add(event.instanceId);
    return sum;
  }
}

export class CloudflareSleep extends BenchSleep {
  override async run(event: Readonly<WorkflowEvent<{ ms: number }>>, step: WorkflowStep): Promise<number> {
    const lateness = await super.run(event, step);
    returned.add(event.instanceId);
    return lateness;
  }
}

export class CloudflareResume extends BenchResume {
  override async run(event: Readonly<WorkflowEvent<{ steps: number }>>, step: WorkflowStep): Promise<number> {
    const sum = await super.run(event, step);
    returned.add(event.instanceId);
    return sum;
  }
}
