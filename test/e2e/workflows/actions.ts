import { actions, crm, on, workflow } from "everstep";

const pauses = (run: number) => `${50 * (run % 4)} milliseconds` as const;

/** Makes, changes, tags, gives, finds and counts, and is killed in between. */
export const onboarding = workflow({ id: "onboarding", on: [on.api()], retries: { limit: 50, delay: "200 milliseconds", backoff: "constant" } }, async ({ input, step }) => {
  const { run } = input as { run: number };
  const lead = await crm.leads.create({ name: `Lead ${run}`, campaign: "spring" });
  await step.do("prepare", async () => {
    await crm.leads.update(lead.id, { status: "contacted", score: run });
    await crm.leads.addTag(lead.id, "spring", { create: true });
    await actions.createNote({ about: { type: "lead", id: lead.id }, body: "first" });
    await actions.createNote({ about: { type: "lead", id: lead.id }, body: "second" });
  });
  await step.sleep("a moment", pauses(run));
  const { user_id } = await actions.assign({ record: { type: "lead", id: lead.id }, strategy: "round_robin", among: { role: "member" } });
  const [found] = await crm.leads.find({ filter: { id: lead.id, status: "contacted" } });
  await actions.publishEvent({ type: "onboarding.done", data: { run } });
  return { lead: lead.id, user: user_id, score: found?.score, notes: await crm.notes.count({ filter: { record_id: lead.id } }) };
});

export const asks = workflow({ id: "asks", on: [on.api()], retries: { limit: 0 } }, async ({ input }) => {
  const { url } = input as { url: string };
  return actions.httpRequest({ url });
});
