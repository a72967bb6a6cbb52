import { workflow } from "everstep";
export const größe = workflow({ id: "unicode", title: "Größe 📐" }, async ({ step }) => {
  const ähnlich = await step.do("prüfen 🚀", () => "é");
  const 数 = await step.do(`数 ${ähnlich}`, () => "\u0041");
  await st\u0065p.do("escaped", () => 数);
  return { ähnlich, "😀": 数 };
});
