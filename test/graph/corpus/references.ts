import { crm, type Step, workflow } from "everstep";

const chargeOne = async (id: string) => crm.deals.update(id, { value: 1 });

async function prepare(step: Step) { await step.do("prepare", () => 1); }
async function execute(step: Step) { await step.do("execute", () => 2); }
async function cleanUp(step: Step) { await step.do("clean up", () => 3); }

const stages = { prepare, execute };

export default workflow({ id: "references" }, async ({ input, step }) => {
  const ids = input as string[];
  await Promise.all(ids.map(chargeOne));
  for (const stage of [prepare, execute]) await stage(step);
  await retrying(cleanUp, step);
  return Object.keys(stages);
});

async function retrying(fn: (step: Step) => Promise<void>, step: Step) {
  for (let n = 0; n < 3; n++) try { return await fn(step); } catch { await step.sleep("again", n * 1000); }
}
