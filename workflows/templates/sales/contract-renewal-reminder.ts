import { actions, crm, durationMs, on, workflow } from "everstep";

/**
 * Sleeps from the day a deal was won to two months before its contract ends. Then there is a
 * new deal for the renewal, with a task for the owner, and the customer gets a letter.
 *
 * @variable [CONTRACT_TERM=365 days] How long a contract runs
 * @variable [RENEWAL_NOTICE=60 days] How long before its end the renewal begins
 * @needs -
 */
export default workflow(
  {
    id: "contract-renewal-reminder",
    title: "Contract renewal",
    description: "Begin the renewal of a contract two months before it ends",
    on: [on.event("deal.won")],
    timeout: "6 years",
  },
  async ({ input, vars, step }) => {
    const won = new Date(input.deal.closed_at ?? input.deal.updated_at).getTime();
    const ends = won + durationMs(String(vars["CONTRACT_TERM"] ?? "365 days"));
    await step.sleepUntil("the renewal begins", ends - durationMs(String(vars["RENEWAL_NOTICE"] ?? "60 days")));

    const { id, name, value, currency, status, contact_id, company_id, owner_id } = await crm.deals.get(input.deal.id);
    if (status !== "won") return { renewal: null };
    const owner = owner_id === null ? {} : { assignee_id: owner_id };
    const day = new Date(ends).toISOString().slice(0, 10);
    const renewal = await crm.deals.create({ name: `${name}: renewal`, value, currency, contact_id, company_id, owner_id, expected_close: day });
    await actions.createTask({ title: `Renew ${name} before ${day}`, type: "call", due_at: new Date(Date.now() + durationMs("7 days")).toISOString(), about: [{ type: "deal", id }, { type: "deal", id: renewal.id }], ...owner });

    const contact = contact_id === null ? null : await crm.contacts.get(contact_id);
    if (contact?.email && !contact.do_not_contact) await actions.sendEmail({ to: contact.email, subject: `Your contract: ${name}`, text: `Dear ${contact.name},\n\nyour contract ends on ${day}. We would like to go on, and will call you about it.` });
    return { renewal: renewal.id };
  },
);
