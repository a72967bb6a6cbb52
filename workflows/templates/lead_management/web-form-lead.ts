import { actions, crm, on, workflow } from "everstep";
import { z } from "zod";

/**
 * What is sent from a form of the website becomes a lead. Whoever is known by the address, as a
 * lead or a contact, gets a note instead of a double.
 *
 * @variable [WEB_FORM_THANKS=thank you for your message. We will be in touch.] What the sender is answered
 * @needs The hook's user and password (`everstep hooks set web-form`), which the form's server sends along
 */
export default workflow(
  {
    id: "web-form-lead",
    title: "Lead from a web form",
    description: "Make a lead of what a form of the website sends, without doubles",
    input: z.object({
      name: z.string().trim().min(1).max(200),
      email: z.email(),
      phone: z.string().max(40).optional(),
      company: z.string().max(200).optional(),
      message: z.string().max(5000).default(""),
    }),
    on: [on.webhook({ path: "web-form", scheme: "basic" })],
  },
  async ({ input: form, vars }) => {
    const email = form.email.toLowerCase();
    const [[contact], [known]] = await Promise.all([crm.contacts.find({ filter: { email }, limit: 1 }), crm.leads.find({ filter: { email, status: { $ne: "converted" } }, limit: 1 })]);

    if (contact) {
      await actions.createNote({ about: { type: "contact", id: contact.id }, body: `Form of the website: ${form.message}` });
      return { lead_id: null, contact_id: contact.id };
    }
    const lead = known ?? (await crm.leads.create({ name: form.name, email, source: "website", phone: form.phone ?? null, company_name: form.company ?? null }));
    if (form.message !== "") await actions.createNote({ about: { type: "lead", id: lead.id }, body: form.message });
    await actions.sendEmail({ to: email, subject: "We have received your message", text: `Dear ${form.name},\n\n${String(vars["WEB_FORM_THANKS"] ?? "thank you for your message. We will be in touch.")}` });
    return { lead_id: lead.id, contact_id: null };
  },
);
