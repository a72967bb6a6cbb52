import { actions, workflow } from "everstep";
export default workflow({ id: "sequence" }, async function ({ step }) {
  var a = await step.do("a", () => 1), b = await step.do("b", () => 2);
  a++, await step.do("c", () => 3);
  void step.do("not waited for", () => 4);
  const later = step.do("later", () => 5);
  const many = [step.do("m1", () => 1), step.do("m2", () => 2)];
  many.push(step.do("m3", () => 3));
  await Promise.all(many);
  await Promise.allSettled([later, ...many]);
  actions.notify({ to: { role: "admin" }, title: "no await" }).catch(() => {});
  ;;
  if (a) ; else await step.do("d", () => b);
  throw await step.do("reason", () => new Error("x"));
});
