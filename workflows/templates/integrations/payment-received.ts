import { actions, crm, NonRetryableError, on, workflow } from "everstep";
import { z } from "zod";

/**
 * A payment service says that a payment has come: the deal with that id elsewhere
 * (`external_id`) is won. One of another amount is left to its owner.
 *
 * @variable [WON_STAGE=Won] Stage for paid deals, in the pipeline of each
 * @needs The secret of the hook (`everstep hooks set payments`), Standard Webhooks; `external_id` of deals
 */
export default workflow(
  {
    id: "payment-received",
    title: "Payment closes the deal",
    description: "Win a deal when the payment service reports its payment",
    input: z.looseObject({
      type: z.literal("payment.succeeded"),
      data: z.looseObject({ reference: z.string(), amount: z.number().int().describe("In minor units"), currency: z.string().length(3) }),
    }),
    on: [on.webhook({ path: "payments", scheme: "standard", events: ["payment.succeeded"] })],
  },
  async ({ input: { data }, vars }) => {
    const [deal] = await crm.deals.find({ filter: { external_id: data.reference }, limit: 1 });
    if (!deal) throw new NonRetryableError(`No deal has the id ${data.reference} of the payment.`);
    const about = { type: "deal", id: deal.id };
    const paid = `${data.amount / 100} ${data.currency.toUpperCase()}`;

    if (deal.status !== "open") {
      await actions.createNote({ about, body: `A payment of ${paid} came, but the deal is ${deal.status} already.` });
      return { outcome: "closed before" };
    } else if (deal.value !== data.amount || deal.currency !== data.currency.toUpperCase()) {
      await actions.createTask({ title: `Check the payment of ${deal.name}: ${paid}`, priority: "high", about, ...(deal.owner_id === null ? {} : { assignee_id: deal.owner_id }) });
      return { outcome: "another amount" };
    }
    await crm.deals.moveStage(deal.id, String(vars["WON_STAGE"] ?? "Won"));
    await actions.logActivity({ about, type: "other", subject: `Paid: ${paid}` });
    return { outcome: "won" };
  },
);
