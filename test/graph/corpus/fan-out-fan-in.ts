import { crm, workflow } from "everstep";

const chunk = <T,>(list: T[], size: number): T[][] => Array.from({ length: Math.ceil(list.length / size) }, (_, n) => list.slice(n * size, (n + 1) * size));

export const scoreAll = workflow({ id: "score-all", flow: { concurrency: { limit: 1 } } }, async ({ step }) => {
  const leads = await crm.leads.find({ limit: 200 });
  const results: { id: string; score: number }[] = [];
  for (const [n, some] of chunk(leads, 20).entries()) {
    const promises = some.map(async (lead) => {
      const score = await step.do(`score ${lead.id}`, async () => lead.name.length);
      if (score > 50) await crm.leads.addTag(lead.id, "hot");
      return { id: lead.id, score };
    });
    results.push(...(await Promise.all(promises)));
    if (n > 0) await step.sleep(`pause ${n}`, "1 second");
  }
  const [top, average] = await Promise.all([
    (async () => {
      const sorted = results.toSorted((a, b) => b.score - a.score);
      return step.do("top", () => sorted.slice(0, 3));
    })(),
    step.do("average", () => results.reduce((sum, { score }) => sum + score, 0) / results.length),
    ...results.slice(0, 3).map(({ id }) => crm.leads.update(id, { status: "qualified" })),
  ]);
  return { top, average };
});
