import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";

abstract class Audited<Env, T> extends WorkflowEntrypoint<Env, T> {
  protected async audit(step: WorkflowStep, what: string) {
    await step.do(`audit: ${what}`, async () => console.log(what));
  }
}

export class Onboarding extends Audited<Env, { user: string }> {
  static readonly steps = 3;
  private readonly greet = async (step: WorkflowStep, user: string) => step.do("greet", async () => `Hello ${user}`);

  async run(event: WorkflowEvent<{ user: string }>, step: WorkflowStep) {
    await this.audit(step, "begun");
    const greeting = await this.greet(step, event.payload.user);
    const account = await this.#account(step);
    await Onboarding.finish(step);
    return { greeting, account };
  }

  async #account(step: WorkflowStep) {
    if (await step.do("has account", async () => false)) return null;
    return step.do("make account", { retries: { limit: 10, delay: "10 seconds", backoff: "constant" } }, async () => ({ id: 1 }));
  }

  static async finish(step: WorkflowStep) {
    await step.sleep("finish", "1 second");
  }
}
