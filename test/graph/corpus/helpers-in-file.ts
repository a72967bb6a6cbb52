import { actions, crm, type Step, workflow } from "everstep";

async function mustFind(step: Step, id: string) {
  const lead = await crm.leads.get(id);
  if (!lead.email) await requestAddress(step, lead.id);
  return lead;
}

async function requestAddress(api: Step, id: string): Promise<void> {
  await actions.createTask({ title: "Ask for an address", about: { type: "lead", id } });
  await api.waitForEvent("address", { type: "lead.updated", match: { id }, timeout: "7 days" });
}

const pure = (a: number, b: number): number => a + b;

async function retreat({ step, reason }: { step: Step; reason: string }, depth = 0): Promise<number> {
  await step.do(`retreat ${depth}`, () => reason);
  return depth > 3 ? depth : retreat({ step, reason }, pure(depth, 1));
}

export const one = workflow({ id: "one" }, async ({ input, step }) => {
  const lead = await mustFind(step, String(input));
  const local = async (name: string) => {
    await step.do(`local ${name}`, () => name);
  };
  await local("a");
  await local("b");
  return [lead, await retreat({ step, reason: "none" })];
});

export const two = workflow({ id: "two" }, async ({ step }) => retreat({ step, reason: "two" }));
