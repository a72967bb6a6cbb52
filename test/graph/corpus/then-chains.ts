import { actions, crm, workflow } from "everstep";

export default workflow({ id: "chains" }, ({ input, step }) =>
  step
    .do("load", async () => input as { id: string })
    .then(({ id }) => crm.leads.get(id))
    .then(async (lead) => {
      if (!lead.email) throw new Error("no address");
      await actions.sendEmail({ to: lead.email, subject: "Hi", text: "Hi" });
      return lead;
    })
    .catch((error) => actions.notify({ to: { role: "admin" }, title: String(error) }))
    .finally(() => step.do("clean", () => undefined)),
);
