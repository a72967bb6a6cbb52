import { workflow } from "everstep";

const sleepFor = (attempt: number) => Math.min(2 ** attempt * 1000, 5 * 60_000);

export const render = workflow({ id: "render" }, async ({ input, step }) => {
  const { job } = await step.do("start", () => start(input));
  let status: "queued" | "running" | "done" | "failed" = "queued";
  let attempt = 0;
  while (status === "queued" || status === "running") {
    await step.sleep(`wait ${attempt}`, sleepFor(attempt));
    ({ status } = await step.do(`poll ${attempt++}`, () => poll(job)));
    if (attempt > 50) throw Object.assign(new Error("it takes too long"), { job });
  }
  return status === "done" ? step.do("download", () => download(job)) : null;
});

async function start(input: unknown) { return { job: JSON.stringify(input) }; }
async function poll(job: string): Promise<{ status: "done" | "running" }> { return job ? { status: "done" } : { status: "running" }; }
async function download(job: string) { return job; }
