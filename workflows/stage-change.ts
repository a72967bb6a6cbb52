import { actions, crm, durationMs, on, workflow } from "everstep";

/** What the customer reads, and what its owner has to do, when a deal comes into a stage of this type. */
const by = {
  open: { letter: "your proposal has reached the next step: {stage}. We will be in touch.", task: "Follow up on {deal}: {stage}" },
  won: { letter: "welcome on board! Your contact person will call you to agree on the first steps.", task: "Hand {deal} over to delivery" },
  lost: { letter: null, task: "Ask why {deal} was lost" },
} as const;

/** A deal that moves to another stage: the contact is written to, and its owner gets a task. */
export default workflow(
  {
    id: "stage-change",
    title: "Deal moves to another stage",
    // Renewals write to their customers themselves (contract-renewal.ts).
    on: [on.event("deal.stage_changed", { filter: { from_stage: { $exists: true }, to_stage: { $exists: true }, pipeline: { name: { $ne: "Renewals" } } } })],
  },
  async ({ input: { deal, to_stage }, step }) => {
    if (to_stage === null) return { mailed: false, task: null };
    const { letter, task } = by[to_stage.type];
    const filled = (words: string): string => words.replaceAll("{stage}", to_stage.name).replaceAll("{deal}", deal.name);

    const mailed = await step.do("write to the contact", async () => {
      const contact = deal.contact_id === null ? null : await crm.contacts.get(deal.contact_id);
      if (letter === null || !contact?.email || contact.do_not_contact) return false;
      await actions.sendEmail({ to: contact.email, subject: `${deal.name}: ${to_stage.name}`, text: `Dear ${contact.name},\n\n${filled(letter)}` });
      return true;
    });
    const made = await actions.createTask({
      title: filled(task),
      due_at: new Date(Date.now() + durationMs("2 days")).toISOString(),
      about: { type: "deal", id: deal.id },
      ...(deal.owner_id === null ? {} : { assignee_id: deal.owner_id }),
    });
    return { mailed, task: made.id };
  },
);
