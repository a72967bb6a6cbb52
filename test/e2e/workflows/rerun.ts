/** Workflows that are run again from a step. */
import { NonRetryableError, workflow } from "everstep";
import { z } from "zod";

const input = z.object({ recorder: z.string().default(""), fail: z.boolean().default(false), name: z.string().default("Ada") });
const once = { retries: { limit: 0 } };

async function effect(url: string, label: string): Promise<string> {
  const reply = await fetch(url, { method: "POST", body: JSON.stringify({ execution: "rerun", label, fail: 0 }) });
  return ((await reply.json()) as { token: string }).token;
}

/** Draws between and in its steps; the second step sends. */
export const chain = workflow({ id: "chain", input }, async ({ step, input }) => {
  const drawn = [Math.random(), crypto.randomUUID(), Date.now()];
  const first = await step.do("first", async () => crypto.randomUUID());
  const sent = await step.do("send", once, () => effect(input.recorder, "send"));
  const between = Math.random();
  const third = await step.do("third", once, async () => {
    if (input.fail) throw new NonRetryableError("as it was told to");
    return `${input.name} ${first}`;
  });
  return { drawn, first, sent, between, third };
});

/** Three begin at once; the second ends first, the first last. */
export const beside = workflow({ id: "beside" }, async ({ step }) => {
  const after = (name: string, ms: number) => step.do(name, async () => new Promise<string>((resolve) => setTimeout(() => resolve(crypto.randomUUID()), ms)));
  const slow = after("slow", 400);
  const quick = await after("quick", 1);
  const then = await step.do("then", async () => crypto.randomUUID());
  return { quick, behind: then, slow: await slow };
});

/** A large value, a hidden one, an event, an approval. */
export const mixed = workflow({ id: "mixed" }, async ({ step }) => {
  const large = await step.do("large", async () => crypto.randomUUID().repeat(40_000));
  const hidden = await step.do("hidden", { sensitive: "output" }, async () => crypto.randomUUID());
  const { payload } = await step.waitForEvent<{ name: string }>("hold", { type: "go" });
  const { decision } = await step.approval("sign", { title: "Sign?" });
  return { large: large.slice(0, 36), characters: large.length, hidden, name: payload.name, decision };
});
