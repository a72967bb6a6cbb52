import { crm, workflow } from "everstep";
const prefix = "job";
const name = (...parts: unknown[]) => [prefix, ...parts].join("/");
export default workflow({ id: "dynamic-names" }, async ({ input, step }) => {
  const kinds = ["leads", "deals"] as const;
  for (const kind of kinds) {
    const count = await crm[kind].count();
    await step.do(name(kind, count), () => count);
    await step.do(prefix + ":" + kind, () => count);
    await step["do"]((kind), async () => {});
    await step.sleep(String(input) + kind, { minutes: 1 } as never);
  }
});
