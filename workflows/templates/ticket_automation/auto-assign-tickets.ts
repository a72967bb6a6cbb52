import { ActionRefusedError, actions, on, workflow } from "everstep";

/**
 * Gives each new ticket to somebody: critical ones to the senior with the fewest open tickets,
 * high ones to the technician with the fewest, all others to the technicians in turn. When
 * nobody can take it, the managers are told.
 *
 * @variable [TECHNICIANS=technician] Role that takes tickets: its name or id
 * @variable [SENIORS=manager] Role that takes critical tickets
 * @needs A role with active members for each of the two
 */
export default workflow(
  {
    id: "auto-assign-tickets",
    title: "Auto-assign tickets by priority",
    description: "Automatically assign tickets to technicians based on priority and availability",
    on: [on.event("ticket.created", { filter: { assignee_id: { $exists: false } } })],
  },
  async ({ input: ticket, vars }) => {
    const technicians = String(vars["TECHNICIANS"] ?? "technician");
    const seniors = String(vars["SENIORS"] ?? "manager");
    const record = { type: "ticket", id: ticket.id };
    const link = `/tickets/${ticket.id}`;

    try {
      // `keep`: somebody may have taken it meanwhile.
      switch (ticket.priority) {
        case "critical":
          await actions.assign({ record, strategy: "least_loaded", among: { role: seniors }, keep: true });
          await actions.notify({ to: { role: seniors }, title: `Critical: ticket #${ticket.number}`, body: ticket.subject, link, record });
          break;
        case "high":
          await actions.assign({ record, strategy: "least_loaded", among: { role: technicians }, keep: true });
          break;
        default:
          await actions.assign({ record, strategy: "round_robin", among: { role: technicians }, keep: true });
      }
    } catch (error) {
      if (!(error instanceof ActionRefusedError) || error.code !== "conflict") throw error;
      await actions.notify({ to: { role: "manager" }, title: `Nobody can take ticket #${ticket.number}`, body: ticket.subject, link, record });
      return { assigned: false };
    }
    return { assigned: true };
  },
);
