import { actions, crm, on, workflow } from "everstep";

export const drip = workflow(
  { id: "drip", on: [on.event("contact.created")] },
  async ({ event: { payload: contact }, step }) => {
    await actions.sendEmail({ to: contact.email!, subject: "Welcome!", text: "Hello" });
    const opened = await step.waitForEvent("opened", { type: "mail.opened", match: { contact_id: contact.id }, timeout: "3 days" }).catch(() => null);
    if (opened === null) {
      await actions.sendEmail({ to: contact.email!, subject: "Did you see it?", text: "Hello again" });
    } else if (opened.payload) {
      await step.sleep("let it sink in", "1 day");
      await actions.sendEmail({ to: contact.email!, subject: "Some tips", text: "…" });
    } else
      await crm.contacts.addTag(contact.id, "strange");
    return void 0;
  },
);
