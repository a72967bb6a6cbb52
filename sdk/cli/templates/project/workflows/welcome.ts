import { on, workflow } from "everstep";
import { z } from "zod";

export default workflow(
  { id: "welcome", title: "Welcome", input: z.object({ name: z.string() }), on: [on.manual(), on.api()] },
  async ({ input, step }) => {
    // A step runs once: its result is remembered, whatever happens later.
    const greeting = await step.do("greet", async () => `Hello, ${input.name}!`);
    // Sleeping costs nothing, be it a second or a month.
    await step.sleep("pause", "1 second");
    return { greeting };
  },
);
