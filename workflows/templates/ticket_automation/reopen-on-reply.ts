import { actions, crm, on, workflow } from "everstep";

/**
 * A customer answers a ticket that was solved or closed: it is opened again, and whoever had it
 * is told. Without anybody it goes to the next technician in turn.
 *
 * Answers are activities of the type email or message that no user has done.
 *
 * @variable [TECHNICIANS=technician] Role that takes tickets nobody has
 * @needs Customers' mails or messages logged as activities of their ticket
 */
export default workflow(
  {
    id: "reopen-on-reply",
    title: "Reopen a ticket when the customer replies",
    description: "Open solved and closed tickets again when their customer writes, and tell the assignee",
    on: [on.event("activity.created", { filter: { record_type: "ticket", type: ["email", "message"], user_id: { $exists: false } } })],
  },
  async ({ input: reply, vars }) => {
    const ticket = await crm.tickets.get(reply.record_id);
    if (ticket.status !== "resolved" && ticket.status !== "closed") return { reopened: false };

    const record = { type: "ticket", id: ticket.id };
    await crm.tickets.update(ticket.id, { status: "in_progress" });
    if (ticket.assignee_id === null) {
      await actions.assign({ record, strategy: "round_robin", among: { role: String(vars["TECHNICIANS"] ?? "technician") } });
    } else {
      await actions.notify({ to: { users: [ticket.assignee_id] }, title: `Ticket #${ticket.number} is open again`, body: reply.subject, link: `/tickets/${ticket.id}`, record });
    }
    return { reopened: true };
  },
);
