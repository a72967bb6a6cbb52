import * as everstep from "everstep";

export const order = everstep.workflow({ id: "order", on: [everstep.on.api(), everstep.on.webhook({ path: "shop", scheme: "hmac" })] }, async (ctx) => {
  const { id, items } = ctx.input as { id: string; items: { sku: string; count: number }[] };

  const payment = await ctx.step.do("authorise", async () => ({ token: crypto.randomUUID() }));
  const reserved = await Promise.allSettled(items.map(({ sku, count }, index) => ctx.step.do(`reserve ${index}`, async () => reserve(sku, count))));
  if (reserved.some(({ status }) => status === "rejected")) {
    await Promise.all(reserved.flatMap((one, index) => (one.status === "fulfilled" ? [ctx.step.do(`release ${index}`, async () => release(one.value))] : [])));
    await ctx.step.do("void payment", async () => payment.token);
    return { id, state: "out of stock" };
  }
  await ctx.step.do("capture", async () => payment.token);
  const shipped = await ctx.step.invoke("ship", "shipping", { id, items }, { timeout: "7 days" });
  await everstep.actions.publishEvent({ type: "order.shipped", data: { id, shipped } });
  await everstep.crm.deals.create({ name: `Order ${id}`, value: 0 } as never);
  return { id, state: "shipped" };
});

declare function reserve(sku: string, count: number): Promise<string>;
declare function release(id: string): Promise<void>;
