import { actions, crm, on, workflow } from "everstep";

/**
 * Every Monday writes to active contacts of whom nothing was heard for long, page by page. Each
 * gets a tag, and is written to once as long as it has it.
 *
 * @variable [INACTIVE_DAYS=90] Days without any change of the contact
 * @variable [REACTIVATION_TAG=reactivation] Tag of those who were written to
 * @needs Addresses of contacts
 */
export default workflow(
  {
    id: "reactivate-inactive-customers",
    title: "Reactivate inactive customers",
    description: "Write once to contacts of whom nothing was heard for 90 days",
    on: [on.schedule("0 10 * * 1", { overlap: "skip" }), on.manual()],
  },
  async ({ vars, step }) => {
    const days = Number(vars["INACTIVE_DAYS"] ?? 90);
    const name = String(vars["REACTIVATION_TAG"] ?? "reactivation");
    const [tag] = await crm.tags.find({ filter: { name }, limit: 1 });
    const filter = { status: "active", do_not_contact: false, updated_at: { $lte: `@now-${days}d` }, ...(tag ? { $not: { tags: tag.id } } : {}) } as const;

    let written = 0;
    let cursor: string | null = null;
    do {
      const { data, next_cursor }: Awaited<ReturnType<typeof crm.contacts.page>> = await crm.contacts.page({ filter, limit: 50, cursor });
      const here = await step.do("write to a page", async () => {
        const reachable = data.filter(({ email }) => email !== null);
        for (const contact of reachable) {
          await actions.sendEmail({ to: contact.email ?? "", subject: `${contact.name}, it has been a while`, text: `Dear ${contact.name},\n\nmuch is new since we last spoke. When may we show you?` });
          await crm.contacts.addTag(contact.id, name, { create: true });
        }
        return reachable.length;
      });
      written += here;
      cursor = next_cursor;
    } while (cursor !== null);
    return { written };
  },
);
