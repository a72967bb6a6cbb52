import { actions, crm, on, workflow } from "everstep";

/**
 * Scores leads by what is logged about them: a visit or a meeting counts more than a message.
 * Whoever gets over the threshold is qualified, its owner is told, and the event `lead.hot`
 * starts what else is to happen.
 *
 * @variable [HOT_LEAD_SCORE=50] Score from which on a lead is hot
 * @needs Activities logged about leads
 */
export default workflow(
  {
    id: "lead-scoring",
    title: "Score leads by activity",
    description: "Add to a lead's score for each activity, and qualify those that become hot",
    on: [on.event("activity.created", { filter: { record_type: "lead" } })],
    // One after another for each lead: none of two points at once is lost.
    flow: { concurrency: { limit: 1, key: "record_id" } },
  },
  async ({ input: activity, vars, step }) => {
    const hot = Number(vars["HOT_LEAD_SCORE"] ?? 50);
    let points: number;
    switch (activity.type) {
      case "meeting":
      case "visit":
        points = 20;
        break;
      case "call":
        points = 10;
        break;
      default:
        points = 5;
    }

    const before = await crm.leads.get(activity.record_id);
    const { id, name, score, owner_id, status } = await crm.leads.update(before.id, { score: Math.min(before.score + points, 1000) });
    if (before.score >= hot || score < hot) return { score, hot: false };

    if (status === "new" || status === "contacted") await crm.leads.update(id, { status: "qualified" });
    await step.sendEvent("tell others", { type: "lead.hot", data: { lead_id: id, score }, record: { type: "lead", id } });
    if (owner_id !== null) await actions.notify({ to: { users: [owner_id] }, title: `${name} is hot: ${score} points`, link: `/leads/${id}`, record: { type: "lead", id } });
    return { score, hot: true };
  },
);
