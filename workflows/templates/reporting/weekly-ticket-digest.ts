import { actions, crm, on, workflow } from "everstep";

/**
 * On Monday morning mails the managers what became of tickets in the week before: made, solved,
 * open, late.
 *
 * @variable [DIGEST_ROLE=manager] Role that gets the digest
 * @needs Members with that role
 */
export default workflow(
  {
    id: "weekly-ticket-digest",
    title: "Weekly ticket digest",
    description: "Mail the managers the week's tickets every Monday",
    on: [on.schedule("0 8 * * 1", { overlap: "skip" }), on.manual()],
  },
  async ({ vars }) => {
    const [made, solved, open, late] = await Promise.all([
      crm.tickets.count({ filter: { created_at: { $gte: "@today-7d" } } }),
      crm.tickets.count({ filter: { resolved_at: { $gte: "@today-7d" } } }),
      crm.tickets.count({ filter: { status: ["new", "assigned", "in_progress", "pending"] } }),
      crm.tickets.count({ filter: { sla_breached_at: { $gte: "@today-7d" } } }),
    ]);
    const readers = await actions.findUsers({ role: String(vars["DIGEST_ROLE"] ?? "manager") });
    if (readers.length === 0) return { mailed: 0, open };

    const lines = [`New: ${made}`, `Solved: ${solved}`, `Open now: ${open}`, `Late: ${late}`];
    await actions.sendEmail({ to: readers.map(({ email }) => email), subject: `Tickets of the week: ${made} new, ${open} open`, text: lines.join("\n") });
    return { mailed: readers.length, open };
  },
);
