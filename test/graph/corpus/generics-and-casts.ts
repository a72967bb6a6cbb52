import { workflow } from "everstep";

export default (workflow({ id: "casts" } as const, (async ({ step, input }) => {
  const a = (await step.do<{ n: number }>("a", async () => ({ n: 1 }))) satisfies { n: number };
  const b = <string>(await step.do("b", async () => "b"));
  const c = (await step.do("c", async () => null as number | null))!;
  const d = (await step.do("d", async () => [1]))[0]!;
  const e = (await step.waitForEvent<typeof a>("e", { type: "e" } as const)).payload.n;
  const f = await (step.do("f", async () => input) as Promise<unknown>);
  let g: number | undefined;
  g ??= await step.do("g", async () => 1);
  g += await step.do("h", async () => 1);
  return [a, b, c, d, e, f, g] as const;
}) as never)) satisfies object;
