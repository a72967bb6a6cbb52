import { actions, crm, durationMs, on, workflow } from "everstep";

/**
 * A deal comes into another stage: its owner gets the task that belongs to it. As long as an
 * open deal stays there, its owner is reminded, then the managers.
 *
 * @variable [STAGE_PATIENCE=5 days] How long a deal may stay in a stage without a reminder
 * @needs -
 */
export default workflow(
  {
    id: "deal-stage-follow-up",
    title: "Deal stage follow-up",
    description: "Give the owner of a deal a task for its new stage, and remind while it stays there",
    on: [on.event("deal.stage_changed", { filter: { to_stage: { $exists: true } } })],
    // Another stage ends the reminders of the one before.
    flow: { singleton: { key: "deal.id", mode: "cancel" } },
  },
  async ({ input: { deal, to_stage }, vars, step }) => {
    const record = { type: "deal", id: deal.id };
    const owner = deal.owner_id === null ? {} : { assignee_id: deal.owner_id };
    switch (to_stage?.type) {
      case "won":
        await actions.createTask({ title: `Thank ${deal.name} and hand it over`, type: "call", about: record, ...owner });
        return { reminders: 0 };
      case "lost":
        await actions.createTask({ title: `Find out why ${deal.name} was lost`, priority: "low", about: record, ...owner });
        return { reminders: 0 };
      default:
        await actions.createTask({ title: `Next step with ${deal.name}: ${to_stage?.name ?? "its stage"}`, about: record, ...owner });
    }

    let reminders = 0;
    while (reminders < 3) {
      await step.sleep("patience", durationMs(String(vars["STAGE_PATIENCE"] ?? "5 days")));
      const { stage_id, owner_id } = await crm.deals.get(deal.id);
      if (stage_id !== to_stage?.id) break;
      reminders++;
      const to = owner_id === null || reminders === 3 ? { role: "manager" } : { users: [owner_id] };
      await actions.notify({ to, title: `${deal.name} stays in ${to_stage.name}`, link: `/deals/${deal.id}`, record });
    }
    return { reminders };
  },
);
