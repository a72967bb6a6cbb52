import { actions, crm, on, type Step, workflow } from "everstep";
import { z } from "zod";

const form = z.object({ discount: z.number().min(0).max(100).meta({ title: "Discount, percent" }) });

/** Asks a role; whoever approves may change the discount. Null: rejected, or nobody decided. */
async function ask(step: Step, from: string, title: string, discount: number): Promise<number | null> {
  const { decision, answers } = await step.approval(`approval of ${from}`, { title, description: `${discount} percent were asked for.`, from: [from], form, timeout: "3 days", onTimeout: "rejected", remind: "1 day" });
  return decision === "approved" ? (answers?.discount ?? discount) : null;
}

/**
 * Discounts up to a limit are given at once, larger ones by a manager, very large ones by an
 * administrator besides. What was decided is applied to the deal, and its owner is told.
 *
 * @variable [DISCOUNT_FREE=5] Percent that nobody has to approve
 * @variable [DISCOUNT_MANAGER=20] Percent that a manager may give alone
 * @needs Members with the roles `manager` and `admin`
 */
export default workflow(
  {
    id: "discount-approval",
    title: "Discount approval",
    description: "Have discounts approved by a manager, and large ones by an administrator too",
    input: z.object({ deal_id: z.string(), discount: z.number().min(0).max(100) }),
    on: [on.api(), on.manual()],
    flow: { singleton: { key: "deal_id", mode: "skip" } },
  },
  async ({ input, vars, step }) => {
    const deal = await crm.deals.get(input.deal_id);
    const title = `Discount for ${deal.name}`;

    let discount: number | null = input.discount;
    if (discount > Number(vars["DISCOUNT_FREE"] ?? 5)) discount = await ask(step, "manager", title, discount);
    if (discount !== null && discount > Number(vars["DISCOUNT_MANAGER"] ?? 20)) discount = await ask(step, "admin", title, discount);

    const record = { type: "deal", id: deal.id };
    if (discount === null) {
      await actions.createNote({ about: record, body: `A discount of ${input.discount} percent was not approved.` });
    } else {
      await crm.deals.update(deal.id, { value: Math.round((deal.value * (100 - discount)) / 100) });
      await actions.createNote({ about: record, body: `A discount of ${discount} percent was given.` });
    }
    if (deal.owner_id !== null) await actions.notify({ to: { users: [deal.owner_id] }, title: discount === null ? `${title}: rejected` : `${title}: ${discount} percent`, link: `/deals/${deal.id}`, record });
    return { discount };
  },
);
