import { type Handler, on, workflow, type WorkflowContext } from "everstep";
import { z } from "zod";

const ID = "by-name";
const options = { id: ID, title: "By name", input: z.object({ n: z.number() }), on: [on.manual(), ...more()] };

export default workflow(options, handle);

async function handle(context: WorkflowContext<{ n: number }>) {
  const { step } = context;
  return step.do("only", () => context.input.n);
}

export const wrapped = workflow({ id: "wrapped" }, logged(async ({ step }) => {
  await step.do("inside", () => 1);
}));

const arrow: Handler<unknown, Record<never, never>, number> = async ({ step: s }) => s.do("arrow", () => 1);
export const viaArrow = workflow({ id: `via-arrow` }, arrow);

function logged<T>(fn: T): T { return fn; }
function more() { return []; }
