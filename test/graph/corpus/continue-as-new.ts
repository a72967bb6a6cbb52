import { crm, workflow } from "everstep";
import { z } from "zod";

/** Watches forever; its history begins anew every hundred rounds. */
export const watch = workflow({ id: "watch", input: z.object({ since: z.string().nullable(), rounds: z.number().default(0) }) }, async ({ input, step }) => {
  let { since, rounds } = input;
  while (rounds < 100) {
    const fresh = await crm.tickets.find({ filter: { created_at: { $gt: since ?? "@today" } }, sort: "created_at" });
    for (const ticket of fresh) {
      await step.invoke(`handle ${ticket.id}`, "handle-ticket", { id: ticket.id });
      since = ticket.created_at;
    }
    rounds += 1;
    await step.sleep("a while", fresh.length === 0 ? "10 minutes" : "1 minute");
  }
  await step.continueAsNew({ since, rounds: 0 });
});
