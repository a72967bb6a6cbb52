import { actions, crm, on, workflow } from "everstep";
import { z } from "zod";

const counts = z.object({ leads: z.number(), contacts: z.number(), deals: z.number() });

/**
 * Every week counts records that lack what one needs to work with them, keeps the numbers in a
 * variable, and tells the managers when there are more than the week before.
 *
 * @variable [DATA_QUALITY] Numbers of the week before; this workflow sets it
 * @needs -
 */
export default workflow(
  {
    id: "data-quality-check",
    title: "Data quality check",
    description: "Count incomplete records every week, and tell the managers when there are more",
    on: [on.schedule("0 6 * * 0", { overlap: "skip" }), on.manual()],
  },
  async ({ vars }) => {
    const [leads, contacts, deals] = await Promise.all([
      crm.leads.count({ filter: { status: ["new", "contacted"], email: { $exists: false }, phone: { $exists: false } } }),
      crm.contacts.count({ filter: { status: "active", email: { $exists: false }, phone: { $exists: false } } }),
      crm.deals.count({ filter: { status: "open", expected_close: { $exists: false } } }),
    ]);
    const before = counts.safeParse(vars["DATA_QUALITY"]);
    await actions.setVariable({ name: "DATA_QUALITY", value: { leads, contacts, deals }, scope: "workflow" });

    const total = leads + contacts + deals;
    if (before.success && total <= before.data.leads + before.data.contacts + before.data.deals) return { total, worse: false };
    if (total > 0) await actions.notify({ to: { role: "manager" }, title: `${total} records are incomplete`, body: `Leads and contacts without address and telephone number: ${leads} and ${contacts}. Open deals without a day: ${deals}.` });
    return { total, worse: total > 0 };
  },
);
