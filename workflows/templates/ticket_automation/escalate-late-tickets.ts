import { actions, crm, on, workflow } from "everstep";

/**
 * Every 15 minutes looks for open tickets whose solution is due within the hour, and tells the
 * managers and whoever has the ticket, once for each: what was escalated has a tag.
 *
 * @variable [ESCALATION_TAG=escalated] Tag of tickets that were escalated
 * @variable [ESCALATION_HOURS=1] Hours before a ticket is late
 * @needs Times in which tickets are to be solved (their SLA)
 */
export default workflow(
  {
    id: "escalate-late-tickets",
    title: "Escalate tickets near their SLA",
    description: "Tell managers and assignees about tickets that are about to be late",
    on: [on.schedule("*/15 * * * *", { overlap: "skip" }), on.manual()],
  },
  async ({ vars, step }) => {
    const name = String(vars["ESCALATION_TAG"] ?? "escalated");
    const hours = Number(vars["ESCALATION_HOURS"] ?? 1);
    const [tag] = await crm.tags.find({ filter: { name }, limit: 1 });
    const late = await crm.tickets.find({
      filter: { status: ["new", "assigned", "in_progress"], resolve_due_at: { $lte: `@now+${hours}h` }, ...(tag ? { $not: { tags: tag.id } } : {}) },
      sort: "resolve_due_at",
      limit: 200,
    });

    for (const { id, number, subject, assignee_id, resolve_due_at } of late) {
      const note = { title: `Ticket #${number} is about to be late`, body: `${subject}, due ${resolve_due_at ?? "now"}`, link: `/tickets/${id}`, record: { type: "ticket", id } };
      await step.do("escalate", async () => {
        await actions.notify({ to: { role: "manager" }, ...note });
        if (assignee_id !== null) await actions.notify({ to: { users: [assignee_id] }, ...note });
        await crm.tickets.addTag(id, name, { create: true });
      });
    }
    return { escalated: late.map(({ number }) => number) };
  },
);
