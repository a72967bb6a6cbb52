import { WorkflowEntrypoint } from "cloudflare:workers";

export class Stored extends WorkflowEntrypoint {
  step;

  async run(event, step) {
    this.step = step;
    await this.step.do("first", async () => 1);
    const run = step.do.bind(step);
    await run("second", async () => 2);
    const { sleep } = step;
    await sleep("third", 1000);
  }
}
