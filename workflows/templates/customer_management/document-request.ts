import { actions, crm, durationMs, on, WaitTimeoutError, workflow } from "everstep";
import { z } from "zod";

const input = z.object({ contact_id: z.string(), document: z.string().min(1).max(200) });
const openings = ["we need a document of you", "we still need a document of you", "this is our last reminder: we need a document of you"];

/**
 * Asks a contact for a document up to three times. It has come when the event
 * `document.received` names the contact and the document. After the last reminder the request
 * has expired, and the contact's owner gets a task.
 *
 * @variable [DOCUMENT_REMINDER=3 days] Between two reminders
 * @needs Whatever takes documents publishes `document.received` with `contact_id` and `document`
 */
export default workflow(
  {
    id: "document-request",
    title: "Request a document",
    description: "Ask a contact for a document, remind twice, and have somebody call when it does not come",
    input,
    on: [on.api(), on.manual()],
    events: { "document.received": input.extend({ url: z.string().optional() }) },
  },
  async ({ input: { contact_id, document }, vars, step }) => {
    const timeout = durationMs(String(vars["DOCUMENT_REMINDER"] ?? "3 days"));
    const about = { type: "contact", id: contact_id };
    const contact = await crm.contacts.get(contact_id);
    const { email } = contact;

    for (const opening of openings) {
      if (email === null || contact.do_not_contact) break;
      try {
        const [{ payload }] = await Promise.all([
          step.waitForEvent("document", { type: "document.received", match: { contact_id, document }, timeout }),
          actions.sendEmail({ to: email, subject: `Please send us: ${document}`, text: `Dear ${contact.name},\n\n${opening}: ${document}.` }),
        ]);
        await actions.createNote({ about, body: `Received: ${document} ${payload.url ?? ""}`.trim() });
        return { received: true };
      } catch (error) {
        if (!(error instanceof WaitTimeoutError)) throw error;
      }
    }

    await actions.createTask({ title: `Ask ${contact.name} for: ${document}`, type: "call", about, ...(contact.owner_id === null ? {} : { assignee_id: contact.owner_id }) });
    return { received: false };
  },
);
