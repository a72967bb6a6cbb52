import { actions, crm, on, workflow } from "everstep";
import { z } from "zod";

/**
 * A customer leaves: its open deals are lost, its tickets closed, and somebody is told to hand
 * its data over, side by side. What fails does not stop the rest: it becomes a task.
 *
 * @variable [OFFBOARDING_ROLE=manager] Role that is told, and gets the tasks
 * @needs -
 */
export default workflow(
  {
    id: "customer-offboarding",
    title: "Customer offboarding",
    description: "Close what is open with a company that leaves, and mark it as former customer",
    input: z.object({ company_id: z.string(), reason: z.string().max(200).default("Left") }),
    on: [on.manual(), on.api()],
  },
  async ({ input: { company_id, reason }, vars, step }) => {
    const company = await crm.companies.get(company_id);
    const about = { type: "company", id: company_id };

    const done = await Promise.allSettled([
      step.do("lose open deals", async () => {
        const deals = await crm.deals.find({ filter: { company_id, status: "open" }, limit: 200 });
        for (const { id } of deals) await crm.deals.update(id, { status: "lost", lost_reason: reason });
        return deals.length;
      }),
      step.do("close tickets", async () => {
        const tickets = await crm.tickets.find({ filter: { company_id, status: { $nin: ["resolved", "closed"] } }, limit: 200 });
        for (const { id } of tickets) await crm.tickets.update(id, { status: "closed" });
        return tickets.length;
      }),
      actions.createTask({ title: `Hand ${company.name} its data over`, type: "deadline", about }),
    ]);
    const failed = done.filter(({ status }) => status === "rejected").length;

    await crm.companies.update(company_id, { status: "former" });
    await actions.createNote({ about, body: `Left: ${reason}` });
    const role = String(vars["OFFBOARDING_ROLE"] ?? "manager");
    if (failed > 0) await actions.createTask({ title: `Check the offboarding of ${company.name}: ${failed} of ${done.length} steps failed`, priority: "high", about });
    await actions.notify({ to: { role }, title: `${company.name} has left`, body: reason, link: `/companies/${company_id}`, record: about });
    return { failed };
  },
);
