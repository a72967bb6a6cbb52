import { actions, crm, durationMs, on, WaitTimeoutError, workflow } from "everstep";
import { z } from "zod";

const answer = z.object({ ticket_id: z.string(), score: z.number().int().min(1).max(5), comment: z.string().max(2000).optional() });

/**
 * A day after a ticket was closed its customer is asked how it went. The score is kept with the
 * ticket, a low one becomes a task for whoever had it.
 *
 * The page that the mail leads to publishes the event `csat.answered` with `ticket_id`, `score`
 * (1 to 5) and, if there is one, a `comment`.
 *
 * @variable [CSAT_DELAY=24 hours] Between closing and asking
 * @variable [CSAT_TIMEOUT=7 days] How long an answer is waited for
 * @variable [CSAT_URL=https://survey.example.com/] Page of the survey
 * @needs A survey page that publishes `csat.answered`
 */
export default workflow(
  {
    id: "customer-satisfaction-survey",
    title: "Send customer satisfaction survey",
    description: "Send CSAT survey 24 hours after ticket is closed",
    on: [on.event("ticket.closed")],
    events: { "csat.answered": answer },
  },
  async ({ input, vars, step }) => {
    await step.sleep("a day", durationMs(String(vars["CSAT_DELAY"] ?? "24 hours")));
    const { id, number, subject, status, customer_id, assignee_id } = await crm.tickets.get(input.ticket.id);
    if (status !== "closed" || customer_id === null) return { asked: false };
    const customer = await crm.contacts.get(customer_id);
    if (customer.email === null || customer.do_not_contact) return { asked: false };

    const url = `${String(vars["CSAT_URL"] ?? "https://survey.example.com/")}?ticket=${encodeURIComponent(id)}`;
    try {
      // Listening begins before the mail goes out, so that no answer is too quick.
      const [{ payload }] = await Promise.all([
        step.waitForEvent("answer", { type: "csat.answered", match: { ticket_id: id }, timeout: durationMs(String(vars["CSAT_TIMEOUT"] ?? "7 days")) }),
        actions.sendEmail({ to: customer.email, subject: `Your ticket #${number}: how did we do?`, text: `Hello ${customer.name},\n\nwe have closed "${subject}". One click tells us how it went:\n${url}` }),
      ]);
      await crm.tickets.update(id, { satisfaction: payload.score });
      if (payload.score <= 2) {
        await actions.createTask({ title: `Make up with ${customer.name} (${payload.score} of 5)`, type: "call", priority: "high", description: payload.comment ?? "", about: { type: "ticket", id }, ...(assignee_id === null ? {} : { assignee_id }) });
      }
      return { asked: true, score: payload.score };
    } catch (error) {
      if (!(error instanceof WaitTimeoutError)) throw error;
      return { asked: true, score: null };
    }
  },
);
