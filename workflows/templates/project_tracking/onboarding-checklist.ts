import { actions, durationMs, on, WaitTimeoutError, workflow } from "everstep";

const checklist = [
  { title: "Kick-off call", type: "meeting", days: 3 },
  { title: "Set the account up", type: "task", days: 5 },
  { title: "Train the users", type: "meeting", days: 14 },
  { title: "Ask how it goes", type: "call", days: 30 },
] as const;

/**
 * A deal is won: its owner gets the tasks of the onboarding, each with its day. When all are
 * done the owner is told; what is open after the given time goes to the managers.
 *
 * @variable [ONBOARDING_TIME=45 days] Time until everything has to be done
 * @needs -
 */
export default workflow(
  {
    id: "onboarding-checklist",
    title: "Onboarding checklist",
    description: "Make the tasks of the onboarding when a deal is won, and watch over them",
    on: [on.event("deal.won")],
  },
  async ({ input: { deal }, vars, step }) => {
    const owner = deal.owner_id === null ? {} : { assignee_id: deal.owner_id };
    const record = { type: "deal", id: deal.id };
    const timeout = durationMs(String(vars["ONBOARDING_TIME"] ?? "45 days"));
    const begun = Date.now();

    const tasks = await Promise.all(checklist.map(({ title, type, days }) => actions.createTask({ title: `${title}: ${deal.name}`, type, due_at: new Date(begun + durationMs(`${days} days`)).toISOString(), about: record, ...owner })));
    try {
      await Promise.all(tasks.map(({ id }) => step.waitForEvent("done", { type: "task.completed", match: { id }, timeout })));
    } catch (error) {
      if (!(error instanceof WaitTimeoutError)) throw error;
      await actions.notify({ to: { role: "manager" }, title: `The onboarding of ${deal.name} is not done`, link: `/deals/${deal.id}`, record });
      return { tasks: tasks.length, done: false };
    }
    if (deal.owner_id !== null) await actions.notify({ to: { users: [deal.owner_id] }, title: `${deal.name} is on board`, link: `/deals/${deal.id}`, record });
    return { tasks: tasks.length, done: true };
  },
);
