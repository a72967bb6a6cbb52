import { actions, crm, workflow } from "everstep";

const { leads, deals: pipeline } = crm;
const { sendEmail: mail } = actions;

export const destructured = workflow({ id: "destructured" }, async ({ input, step: { do: run, sleep }, vars: { OWNER = "nobody" } }) => {
  const { id, ...others } = input as { id: string; [key: string]: unknown };
  const { name, email, custom: { size = 1 } = {} } = await leads.get(id);
  const [first, , third = null, ...rest] = await pipeline.find({ filter: { lead_id: id } as never });
  let a, b;
  [a, b] = await Promise.all([run("a", () => 1), run("b", () => 2)]);
  ({ a, ...b } = await run("ab", () => ({ a: 3, c: 4 })) as never);
  const { [await run("key", () => "id")]: dynamic } = first!;
  await sleep("pause", "1 minute");
  await mail({ to: email!, subject: `${name} ${size} ${OWNER}`, text: JSON.stringify({ others, third, rest, a, b, dynamic }) });
});
