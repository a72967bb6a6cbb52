import { actions, crm, workflow } from "everstep";

export default workflow({ id: "conditions" }, async ({ input, step }) => {
  const lead = await crm.leads.get(String(input));
  if (
    lead.status === "new" &&
    (lead.score > 50 || lead.source === "referral") && // those are good
    !(await crm.deals.count({ filter: { lead_id: lead.id } as never }))
  ) {
    await crm.leads.convert(lead.id, { deal: { name: lead.name } } as never);
  } else if (lead.status === "lost") {
    if (lead.score < 10) await crm.leads.delete(lead.id);
    else if (lead.score < 20) {
      await crm.leads.update(lead.id, { status: "new" });
    } else { /* leave it */ }
  } else if (await step.do("should call", async () => lead.phone !== null)) {
    await actions.createTask({ title: `Call ${lead.name}`, about: { type: "lead", id: lead.id } });
  } else {
    return;
  }
  if (!lead.email) return { mailed: false };
  await actions.sendEmail({ to: lead.email, subject: "Hello", text: "Hello" });
  return { mailed: true };
});
