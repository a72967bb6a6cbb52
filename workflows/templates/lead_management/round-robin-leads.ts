import { actions, crm, durationMs, on, workflow } from "everstep";

/**
 * Gives new leads to the salespeople in turn, and has each call within the hour. A lead that
 * nobody has contacted by then goes on to the next.
 *
 * @variable [SALESPEOPLE=member] Role that gets leads
 * @variable [FIRST_CALL=1 hour] Time for the first call
 * @variable [FIRST_CALL_ROUNDS=3] How many people a lead is given to at most
 * @needs A role with active members
 */
export default workflow(
  {
    id: "round-robin-leads",
    title: "Round-robin lead assignment",
    description: "Give new leads to salespeople in turn, and on to the next when nobody calls",
    on: [on.event("lead.created", { filter: { owner_id: { $exists: false } } })],
  },
  async ({ input: { id, name }, vars, step }) => {
    const among = { role: String(vars["SALESPEOPLE"] ?? "member") };
    const pause = durationMs(String(vars["FIRST_CALL"] ?? "1 hour"));
    const rounds = Number(vars["FIRST_CALL_ROUNDS"] ?? 3);
    const record = { type: "lead", id };

    for (let round = 1; round <= rounds; round++) {
      const { user_id } = await actions.assign({ record, strategy: "round_robin", among });
      await actions.createTask({ title: `Call ${name}`, type: "call", priority: "high", due_at: new Date(Date.now() + pause).toISOString(), about: record, assignee_id: user_id });
      await step.sleep("time for the first call", pause);
      const { status } = await crm.leads.get(id);
      if (status !== "new") return { owner: user_id, round };
    }
    await actions.notify({ to: { role: "manager" }, title: `Nobody has called ${name}`, body: `${rounds} people had the lead.`, link: `/leads/${id}`, record });
    return { owner: null, round: rounds };
  },
);
