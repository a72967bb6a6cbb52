import { actions, crm, durationMs, on, WaitTimeoutError, workflow } from "everstep";
import { z } from "zod";

const answer = z.object({ ticket_id: z.string(), score: z.number().int().min(1).max(5), comment: z.string().max(2000).optional() });

/**
 * Asks the customer 24 hours after a ticket was closed, and keeps the answer with the ticket.
 * The page that the link leads to publishes `survey.answered` with `ticket_id` and `score`.
 *
 * Variables: SURVEY_DELAY (`24 hours`), SURVEY_TIMEOUT (`7 days`), SURVEY_URL (that page).
 */
export default workflow(
  {
    id: "satisfaction-survey",
    title: "Send customer satisfaction survey",
    on: [on.event("ticket.closed")],
    events: { "survey.answered": answer },
  },
  async ({ input, vars, step }) => {
    const { id, number } = input.ticket;
    await step.sleep("let it settle", durationMs(String(vars["SURVEY_DELAY"] ?? "24 hours")));

    const ticket = await crm.tickets.get(id);
    if (ticket.status !== "closed") return { asked: false, why: "open again" };
    const customer = ticket.customer_id === null ? null : await crm.contacts.get(ticket.customer_id);
    if (!customer?.email || customer.do_not_contact) return { asked: false, why: "nobody to ask" };

    // Listening before the question is out: no answer is too quick.
    const answered = step.waitForEvent("answer", { type: "survey.answered", match: { ticket_id: id }, timeout: durationMs(String(vars["SURVEY_TIMEOUT"] ?? "7 days")) }).catch((error: unknown) => {
      if (error instanceof WaitTimeoutError) return null;
      throw error;
    });
    const link = new URL(String(vars["SURVEY_URL"] ?? "https://survey.example.com/"));
    link.searchParams.set("ticket", id);
    await actions.sendEmail({ to: customer.email, subject: `How was ticket #${number}?`, text: `Dear ${customer.name},\n\nyour ticket "${ticket.subject}" is closed. How content are you, from 1 to 5?\n\n${link}` });

    const reply = await answered;
    if (reply === null) return { asked: true, score: null };
    const { score, comment } = reply.payload;
    await crm.tickets.update(id, { satisfaction: score });
    if (comment) await actions.createNote({ about: { type: "ticket", id }, body: `Survey, ${score} of 5: ${comment}` });
    if (score <= 2) {
      const [manager] = await actions.findUsers({ role: "manager", limit: 1 });
      await actions.createTask({
        title: `Call ${customer.name}: ${score} of 5 for ticket #${number}`,
        type: "call",
        priority: "high",
        due_at: new Date(Date.now() + durationMs("1 day")).toISOString(),
        about: [{ type: "ticket", id }, { type: "contact", id: customer.id }],
        ...(comment ? { description: comment } : {}),
        ...(manager ? { assignee_id: manager.id } : {}),
      });
    }
    return { asked: true, score };
  },
);
