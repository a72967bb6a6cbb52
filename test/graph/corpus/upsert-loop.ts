import { ActionRefusedError, crm, workflow } from "everstep";

export const upsert = workflow({ id: "upsert" }, async ({ input, step }) => {
  const { email, name } = input as { email: string; name: string };
  for (let attempt = 1; ; attempt++) {
    const [found] = await crm.contacts.find({ filter: { email }, limit: 1 });
    try {
      return found ? await crm.contacts.update(found.id, { name }, { version: found.version }) : await crm.contacts.create({ email, name });
    } catch (error) {
      if (!(error instanceof ActionRefusedError) || attempt >= 5) throw error;
      await step.sleep(`after attempt ${attempt}`, attempt * 1_000);
    }
  }
});
