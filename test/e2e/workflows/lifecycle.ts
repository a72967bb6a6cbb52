/** Workflows for the tests of what people do to executions. */
import { NonRetryableError, workflow } from "everstep";
import { z } from "zod";

const input = z.object({ recorder: z.string().default(""), fail: z.number().default(0), pauseMs: z.number().default(0) });
const once = { retries: { limit: 0 } };

async function effect(url: string, execution: string, label: string, fail = 0): Promise<string> {
  const reply = await fetch(url, { method: "POST", body: JSON.stringify({ execution, label, fail }) });
  if (!reply.ok) throw new Error(`the recorder answered ${reply.status}`);
  return ((await reply.json()) as { token: string }).token;
}

/** A draw, an effect that may fail, another draw. */
export const three = workflow({ id: "three", input }, async ({ input, step, execution }) => {
  console.log("starting", execution.id);
  const first = await step.do("first", async () => {
    console.warn("drawing");
    return crypto.randomUUID();
  });
  const second = await step.do("second", once, () => effect(input.recorder, execution.id, "second", input.fail));
  const third = await step.do("third", async () => crypto.randomUUID());
  return { first, second, third };
});

export const held = workflow({ id: "held", input }, async ({ step }) => {
  const before = await step.do("before", async () => crypto.randomUUID());
  const { payload } = await step.waitForEvent<{ name: string }>("hold", { type: "go" });
  return { before, name: payload.name };
});

export const nap = workflow({ id: "nap", input }, async ({ input, step }) => {
  await step.sleep("nap", input.pauseMs);
  return "rested";
});

/** Waits for ever, and undoes its step when told to. */
export const child = workflow({ id: "booking-child", input }, async ({ input, step, execution }) => {
  await step.do("reserve", () => effect(input.recorder, execution.id, "reserve"), { rollback: async ({ output }) => void (await effect(input.recorder, execution.id, `unreserve ${output}`)) });
  await step.waitForEvent("hold", { type: "go" });
  if (input.fail > 0) throw new NonRetryableError("the child gives up");
  return "reserved";
});

export const booking = workflow({ id: "booking", input }, async ({ input, step, execution }) => {
  for (const name of ["book", "charge"]) {
    await step.do(name, () => effect(input.recorder, execution.id, name), { rollback: async () => void (await effect(input.recorder, execution.id, `undo ${name}`)) });
  }
  return step.invoke("reserve", child, input);
});

/** The child is begun while another step runs, and given up by the same turn. */
export const impatient = workflow({ id: "impatient", input }, async ({ input, step, execution }) => {
  const reserved = step.invoke("reserve", child, input);
  const quick = step.do("quick", async () => {
    await effect(input.recorder, execution.id, "quick");
    await new Promise((resolve) => setTimeout(resolve, 500));
    return "quick";
  });
  return Promise.race([reserved, quick]);
});

/** Its child fails the first time only. */
export const flakyChild = workflow({ id: "flaky-child", input }, async ({ input, step, execution }) => step.do("try", once, () => effect(input.recorder, execution.id, "try", input.fail)));
export const flakyParent = workflow({ id: "flaky-parent", input }, async ({ input, step }) => ({ child: await step.invoke("child", flakyChild, input) }));

export const approved = workflow({ id: "approved", input }, async ({ step }) => {
  const { decision, comment } = await step.approval("sign", { title: "Sign this" });
  return { decision, comment };
});
