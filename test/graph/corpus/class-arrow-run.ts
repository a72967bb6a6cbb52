import * as cf from "cloudflare:workers";

export const Arrow = class extends cf.WorkflowEntrypoint<Env, unknown> {
  run = async (_: cf.WorkflowEvent<unknown>, s: cf.WorkflowStep) => {
    "use strict";
    const all = await Promise.all(Array.from({ length: 3 }, (_, n) => s.do(`n ${n}`, async () => n)));
    return all;
  };
};

class Hidden extends cf.WorkflowEntrypoint {
  async run(_e, step) { await step.do("h", async () => {}); }
}
export { Hidden as RenamedWorkflow };
