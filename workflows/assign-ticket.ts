import { ActionRefusedError, actions, crm, on, workflow } from "everstep";

/**
 * Gives urgent tickets to the technician with the least to do, and says so to customer and
 * technician. Nobody there: the managers are told.
 *
 * Variable TECHNICIANS: name or id of the role that takes tickets, `technician` unless set.
 */
export default workflow(
  {
    id: "assign-ticket",
    title: "Auto-assign tickets to available technician",
    on: [on.event("ticket.created", { filter: { priority: ["high", "critical"], customer_id: null } })],
  },
  async ({ input: ticket, vars, step }) => {
    if (ticket.assignee_id !== null) return { assigned_to: ticket.assignee_id, by: "hand" };
    const role = String(vars["TECHNICIANS"] ?? "technician");
    const record = { type: "ticket", id: ticket.id };
    const name = `#${ticket.number}: ${ticket.subject}`;

    let assigned_to: string;
    try {
      // `keep`: somebody may have taken it meanwhile.
      ({ user_id: assigned_to } = await actions.assign({ record, strategy: "least_loaded", among: { role }, keep: true }));
    } catch (error) {
      if (!(error instanceof ActionRefusedError) || error.code !== "conflict") throw error;
      await actions.notify({ to: { role: "manager" }, title: `Nobody can take ticket ${name}`, body: `No active member has the role ${role}.`, link: `/tickets/${ticket.id}`, record });
      return { assigned_to: null, by: "nobody" };
    }

    await step.do("tell both", async () => {
      const [technician] = await actions.findUsers({ users: [assigned_to] });
      if (technician) await actions.sendEmail({ to: technician.email, subject: `[Ticket #${ticket.number}] is yours`, text: `${name}\nPriority: ${ticket.priority}\nFirst answer due: ${ticket.first_response_due_at ?? "whenever"}\n\n${ticket.description ?? ""}` });
      const customer = ticket.customer_id === null ? null : await crm.contacts.get(ticket.customer_id);
      if (customer?.email && !customer.do_not_contact) await actions.sendEmail({ to: customer.email, subject: `Your ticket #${ticket.number} has been received`, text: `Dear ${customer.name},\n\nthank you for contacting us. We have received your ticket "${ticket.subject}" and will respond shortly.` });
    });
    return { assigned_to, by: "load" };
  },
);
