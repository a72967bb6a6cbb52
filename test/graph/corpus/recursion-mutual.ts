import { type Step, workflow } from "everstep";

interface Tree { name: string; children: Tree[] }

async function walk(tree: Tree, step: Step): Promise<number> {
  const here = await step.do(`visit ${tree.name}`, () => 1);
  return here + (await children(tree.children, step));
}

async function children(list: Tree[], step: Step): Promise<number> {
  let sum = 0;
  for (const one of list) sum += await walk(one, step);
  return sum;
}

function even(n: number): boolean { return n === 0 || odd(n - 1); }
function odd(n: number): boolean { return n !== 0 && even(n - 1); }

export default workflow({ id: "tree" }, async ({ input, step }) => {
  const count = await walk(input as Tree, step);
  if (even(count)) return count;
  return children((input as Tree).children, step);
});
