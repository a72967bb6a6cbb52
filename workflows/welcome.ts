import { on, workflow } from "everstep";
import { z } from "zod";

/** The first workflow: a step, a pause that survives restarts, another step. */
export default workflow(
  {
    id: "welcome",
    title: "Welcome someone",
    input: z.object({ name: z.string().min(1) }),
    on: [on.manual(), on.api()],
  },
  async ({ input, step }) => {
    const greeting = await step.do("greet", async () => `Hello, ${input.name}!`);
    await step.sleep("take a breath", "1 second");
    const letters = await step.do("count letters", async () => input.name.length);
    return { greeting, letters };
  },
);
