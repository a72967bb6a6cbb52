import { on, workflow } from "everstep";
import { z } from "zod";

const push = z.looseObject({
  ref: z.string(),
  after: z.string(),
  repository: z.looseObject({ full_name: z.string() }),
  pusher: z.looseObject({ name: z.string() }),
  commits: z.array(z.looseObject({ id: z.string(), message: z.string() })).default([]),
});

/** Sums up one commit: what the push workflow's child does. */
export const summarize = workflow(
  { id: "summarize-commits", title: "Sum up commits", input: z.object({ messages: z.array(z.string()) }) },
  async ({ input, step }) => {
    const words = await step.do("count words", async () => input.messages.join(" ").split(/\s+/).filter(Boolean).length);
    return { commits: input.messages.length, words };
  },
);

/** Follows a signed GitHub push: parallel steps, a pause, a child workflow, an event. */
export default workflow(
  {
    id: "github-push",
    title: "Follow a push",
    input: push,
    events: { "deploy.finished": z.object({ ok: z.boolean() }) },
    on: [on.webhook({ path: "github", scheme: "github", events: ["push"] })],
  },
  async ({ input, step }) => {
    const branch = await step.do("read branch", async () => input.ref.replace(/^refs\/(heads|tags)\//, ""));
    const [authors, files] = await Promise.all([
      step.do("collect messages", async () => input.commits.map((commit) => commit.message)),
      step.do("name the change", async () => `${input.repository.full_name}@${input.after.slice(0, 7)}`),
    ]);
    await step.sleep("let the mirrors catch up", "1 second");
    const summary = await step.invoke("summarize", summarize, { messages: authors });
    const deploy = await step.waitForEvent("wait for the deploy", { type: "deploy.finished", timeout: "1 hour" });
    return step.do("report", async () => ({ branch, change: files, pusher: input.pusher.name, ...summary, deployed: deploy.payload.ok }));
  },
);
