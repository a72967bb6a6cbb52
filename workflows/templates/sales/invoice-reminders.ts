import { actions, crm, on, workflow } from "everstep";
import { z } from "zod";

const invoice = z.object({ number: z.string().min(1).max(50), contact_id: z.string(), amount: z.string().max(50), due_at: z.iso.datetime({ offset: true }) });
const reminders = [
  { after: "3 days", text: "perhaps it was overlooked: our invoice is due." },
  { after: "7 days", text: "our invoice is still open. Please pay it within a week." },
  { after: "7 days", text: "this is our last reminder before we stop our services." },
] as const;

/**
 * Waits until an invoice is due, then reminds its contact three times, until the event
 * `invoice.paid` with its number comes. Unpaid after all that, somebody has to call.
 *
 * @variable [DUNNING_ROLE=manager] Role that is told about unpaid invoices
 * @needs Whatever knows of payments publishes `invoice.paid` with `number`
 */
export default workflow(
  {
    id: "invoice-reminders",
    title: "Invoice reminder sequence",
    description: "Remind of an unpaid invoice three times, then have somebody call",
    input: invoice,
    on: [on.api(), on.manual()],
  },
  async ({ input: { number, contact_id, amount, due_at }, vars, step }) => {
    // One wait for all of it: no payment comes in between.
    const payment = step.waitForEvent("payment", { type: "invoice.paid", match: { number }, timeout: "10 years" });
    if (await Promise.race([payment, step.sleepUntil("due", Date.parse(due_at))])) return { paid: true, reminders: 0 };

    const contact = await crm.contacts.get(contact_id);
    let sent = 0;
    for (const { after, text } of reminders) {
      if (contact.email === null) break;
      await actions.sendEmail({ to: contact.email, subject: `Invoice ${number}, ${amount}`, text: `Dear ${contact.name},\n\n${text}` });
      sent++;
      if (await Promise.race([payment, step.sleep("time to pay", after)])) return { paid: true, reminders: sent };
    }
    const about = { type: "contact", id: contact_id };
    await actions.createTask({ title: `Call ${contact.name}: invoice ${number} of ${amount} is unpaid`, type: "call", priority: "high", about });
    await actions.notify({ to: { role: String(vars["DUNNING_ROLE"] ?? "manager") }, title: `Invoice ${number} is unpaid after ${sent} reminders`, record: about });
    return { paid: false, reminders: sent };
  },
);
