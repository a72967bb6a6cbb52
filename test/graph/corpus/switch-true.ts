import { crm, workflow } from "everstep";

export const grade = workflow({ id: "grade" }, async ({ input, step }) => {
  const lead = await crm.leads.get(String(input));
  switch (true) {
    case lead.score > 90: return await step.do("hot", () => "hot");
    case lead.score > 50: { await step.sleep("warm up", "1 day"); return "warm"; }
    default: { if (lead.score < 0) { await crm.leads.delete(lead.id); } else { await crm.leads.update(lead.id, { status: "lost" }); } }
  }
  return "cold";
});
