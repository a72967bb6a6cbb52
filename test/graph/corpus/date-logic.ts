import { crm, on, workflow } from "everstep";

const day = 86_400_000;
const nextMonday = (from: Date): Date => new Date(from.getTime() + ((8 - from.getUTCDay()) % 7 || 7) * day);

export default workflow({ id: "weekly", on: [on.schedule("@weekly")] }, async ({ input: { scheduled_at }, step }) => {
  const at = new Date(scheduled_at);
  await step.sleepUntil("monday", nextMonday(at));
  const stale = await crm.deals.find({ filter: { updated_at: { $lt: "@now-14d" } } });
  if (stale.length === 0) return;
  let reminded = 0;
  for (const { id, owner_id, name } of stale) {
    if (!owner_id) continue;
    await crm.tasks.create({ title: `Look at ${name}`, assignee_id: owner_id, due_at: new Date(Date.now() + 2 * day).toISOString(), about: { type: "deal", id } } as never);
    reminded++;
  }
  await step.sleepUntil("friday", Date.now() + 4 * day);
  return { reminded };
});
