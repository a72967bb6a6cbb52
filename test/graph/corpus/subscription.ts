import { actions, on, workflow } from "everstep";

/** A subscription is a loop that ends when somebody cancels. */
export const subscription = workflow({ id: "subscription", timeout: "10 years" as never, on: [on.event("subscription.created")] }, async ({ input, step }) => {
  const { customer, plan } = input as { customer: string; plan: { price: number; trial?: boolean } };
  let period = 0;
  if (plan.trial) {
    const cancelled = await step.waitForEvent("cancelled in trial", { type: "subscription.cancelled", match: { customer }, timeout: "14 days" }).then(() => true, () => false);
    if (cancelled) return { periods: 0 };
  }
  while (true) {
    let failed = 0;
    while (true) {
      const paid = await step.do(`charge ${period}`, async () => Math.random() > 0.1);
      if (paid) break;
      if (++failed === 3) {
        await actions.sendEmail({ to: customer, subject: "We could not charge you", text: "…" });
        return { periods: period };
      }
      await step.sleep("dunning", "3 days");
    }
    period++;
    const end = await Promise.race([step.sleep(`period ${period}`, "30 days"), step.waitForEvent(`cancelled ${period}`, { type: "subscription.cancelled", match: { customer } })]);
    if (end) break;
  }
  return { periods: period };
});
