import { actions, crm, type Step, workflow } from "everstep";

async function retry<T>(times: number, run: () => Promise<T>): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await run();
    } catch (error) {
      if (n >= times) throw error;
    }
  }
}

export default workflow({ id: "nested-callbacks" }, async ({ input, step }) => {
  const lead = await retry(3, async () => {
    const { leads } = crm;
    return leads.get(String(input));
  });
  const queue = [async (api: Step) => api.do("typed", () => 1), async () => step.sleep("closed over", 1)];
  for (const one of queue) await one(step);
  await retry(2, () => actions.notify({ to: { users: [lead.owner_id!] }, title: "Hello" }));
  setTimeout(function () {
    void step?.do("maybe", () => 1);
  }, 10);
});
