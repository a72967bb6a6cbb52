import { actions, crm, on, workflow } from "everstep";
import { z } from "zod";

const levels = [
  { name: "team lead", from: ["manager"], above: 0 },
  { name: "finance", from: ["admin"], above: 5_000_00 },
  { name: "board", from: ["owner"], above: 50_000_00, quorum: 2 },
];

export default workflow({ id: "discount", input: z.object({ deal_id: z.string(), percent: z.number() }), on: [on.api()] }, async ({ input, step }) => {
  const deal = await crm.deals.get(input.deal_id);
  const needed = levels.filter(({ above }) => deal.value >= above);
  for (const { name, from, quorum } of needed) {
    const { decision, comment } = await step.approval(name, {
      title: `${input.percent} % off ${deal.name}?`,
      from,
      ...(quorum ? { quorum } : {}),
      timeout: "5 days",
      remind: "1 day",
    });
    if (decision === "approved") continue;
    await actions.createNote({ about: { type: "deal", id: deal.id }, text: `${name} said no: ${comment ?? "-"}` });
    return { approved: false, by: name };
  }
  const [updated] = await Promise.all([crm.deals.update(deal.id, { value: Math.round(deal.value * (1 - input.percent / 100)) }), actions.logActivity({ type: "discount", about: { type: "deal", id: deal.id } } as never)]);
  return { approved: true, value: updated.value };
});
