import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
function traced(target: unknown, _context: unknown) { return target as never; }
@traced
export class Decorated extends WorkflowEntrypoint<Env, { a: 1 }> {
  @traced accessor count = 0;
  @traced async run(event: WorkflowEvent<{ a: 1 }>, step: WorkflowStep) {
    await step.do("a", async () => this.count++);
    await this.more(step);
  }
  @traced private async more(step: WorkflowStep) { await step.do("b", async () => {}); }
}
