import { actions, crm, on, workflow } from "everstep";

/**
 * A large deal is made: it gets a tag, and managers and owner hear of it. One without an owner
 * goes to the manager who has the fewest.
 *
 * @variable [BIG_DEAL=1000000] Value from which on a deal is large, in minor units (cents)
 * @needs -
 */
export default workflow(
  {
    id: "big-deal-alert",
    title: "Big deal alert",
    description: "Tag large deals and tell the managers when one is made",
    on: [on.event("deal.created", { filter: { value: { $gt: 0 } } })],
  },
  async ({ input: deal, vars }) => {
    if (deal.value < Number(vars["BIG_DEAL"] ?? 1_000_000)) return { big: false };
    const record = { type: "deal", id: deal.id };
    const amount = new Intl.NumberFormat("en", { style: "currency", currency: deal.currency }).format(deal.value / 100);

    await crm.deals.addTag(deal.id, "big deal", { create: true });
    if (deal.owner_id === null) {
      await actions.assign({ record, strategy: "least_loaded", among: { role: "manager" } });
    } else {
      await actions.notify({ to: { users: [deal.owner_id] }, title: `A big one: ${deal.name}`, body: "The managers know of it.", link: `/deals/${deal.id}`, record });
    }
    await actions.notify({ to: { role: "manager" }, title: `Big deal: ${deal.name}, ${amount}`, link: `/deals/${deal.id}`, record });
    return { big: true };
  },
);
