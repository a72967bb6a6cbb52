import { actions, crm, workflow } from "everstep";

export default workflow({ id: "ternaries" }, async ({ input, step }) => {
  const lead = await crm.leads.get(String(input));
  const owner = lead.owner_id === null ? (await actions.assign({ record: { type: "lead", id: lead.id }, strategy: "round_robin" })).user_id : lead.owner_id;
  const company = lead.company_id ? await crm.companies.get(lead.company_id) : lead.company ? await crm.companies.create({ name: lead.company }) : null;
  lead.score > 50 ? await crm.leads.addTag(lead.id, "hot") : await crm.leads.addTag(lead.id, "cold");
  company && lead.score > 10 && (await crm.companies.addTag(company.id, "seen"));
  const cached = lead.custom?.cached ?? (await step.do("compute", () => 1));
  const either = (await step.do("x", () => 0)) || (await step.do("y", () => 2));
  return { owner, company, cached, either, late: lead.score > 5 ? await step.do("late", () => 1) : null, list: [await step.do("in list", () => 1), `${await step.do("in template", () => 1)}`] };
});
