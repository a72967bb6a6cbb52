import { crm, type Step, workflow } from "everstep";

const mark = (step: Step) => async (id: string) => step.do(`mark ${id}`, () => id);

export default workflow({ id: "maps" }, async ({ input, step }) => {
  const ids = input as string[];
  const a = await Promise.all(ids.map((id) => crm.leads.get(id)));
  const b = await Promise.all(ids.filter(Boolean).map(async function (id, index) {
    if (index > 3) return null;
    return step.do(`b ${id}`, () => id);
  }));
  const c = ids.map((id) => step.do(`c ${id}`, () => id));
  for (const one of c) await one;
  ids.forEach(async (id) => { await step.do(`d ${id}`, () => id); });
  const e = await ids.reduce(async (before, id) => [...(await before), await step.do(`e ${id}`, () => id)], Promise.resolve([] as string[]));
  const f = await Promise.all(Object.entries({ x: 1 }).map(async ([key, value]) => ({ [key]: await step.do(`f ${key}`, () => value) })));
  const g = await Promise.all(ids.map(mark(step)));
  const h = (await Promise.all(ids.map((id) => step.do(`h ${id}`, () => id)))).join();
  return { a, b, e, f, g, h };
});
