import { actions, crm, on, workflow } from "everstep";

/**
 * Tickets of important customers, by the tag of the contact or of its company, become critical
 * at once, and the managers are told.
 *
 * @variable [VIP_TAG=VIP] Tag of important customers
 * @needs A tag of that name on contacts or companies
 */
export default workflow(
  {
    id: "vip-ticket-alert",
    title: "VIP ticket alert",
    description: "Raise tickets of important customers to critical and tell the managers",
    on: [on.event("ticket.created", { filter: { customer_id: { $exists: true } } })],
  },
  async ({ input: ticket, vars, step }) => {
    const { id, customer_id } = ticket;
    if (customer_id === null) return { vip: false };
    const [vip] = await crm.tags.find({ filter: { name: String(vars["VIP_TAG"] ?? "VIP") }, limit: 1 });
    if (!vip) return { vip: false };

    const marked = await step.do("look the customer up", async () => {
      const contact = await crm.contacts.get(customer_id);
      const company = contact.company_id === null ? null : await crm.companies.get(contact.company_id);
      return contact.tags.includes(vip.id) || company?.tags.includes(vip.id) === true ? { customer: company?.name ?? contact.name } : null;
    });
    if (!marked) return { vip: false };

    await Promise.all([
      crm.tickets.update(id, { priority: "critical" }),
      actions.notify({ to: { role: "manager" }, title: `${marked.customer} needs help`, body: `#${ticket.number}: ${ticket.subject}`, link: `/tickets/${id}`, record: { type: "ticket", id } }),
    ]);
    return { vip: true };
  },
);
