import { actions, crm, on, workflow } from "everstep";

export default workflow({ id: "stripe", on: [on.webhook({ path: "stripe", events: ["invoice.paid", "invoice.failed", "customer.deleted"] })] }, async ({ event, step }) => {
  const body = event.payload as { type: string; data: { object: { customer: string; amount: number } } };
  const { customer, amount } = body.data.object;
  switch (body.type) {
    case "invoice.paid":
    case "invoice.marked_paid": {
      const [deal] = await crm.deals.find({ filter: { custom: { stripe: customer } }, limit: 1 });
      if (!deal) break;
      await crm.deals.moveStage(deal.id, "Won");
      break;
    }
    case "invoice.failed":
      await actions.createTask({ title: `Call about ${amount}` });
      await step.sleep("three days", "3 days");
    // falls through
    case "invoice.overdue":
      await actions.notify({ to: { role: "manager" }, title: "Overdue" });
      break;
    case "customer.deleted": // nothing to keep
      return crm.contacts.delete(customer);
    default:
      throw new Error(`unexpected ${body.type}`);
  }
});
