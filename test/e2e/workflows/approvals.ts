import { workflow } from "everstep";
import { z } from "zod";

/** What is asked of whom comes with the input. */
const input = z.object({ from: z.array(z.string()).default([]), need: z.union([z.enum(["any", "all"]), z.number()]).default("any"), timeoutMs: z.number().default(600_000) });

export const ordering = workflow({ id: "ordering", title: "Ordering", input }, async ({ input, step }) => {
  const form = z.object({ amount: z.number().int().max(900), due: z.coerce.date() });
  const { decision, answers, votes, decided_by } = await step.approval("order", { title: "Order it?", description: "From Acme", ...input, form, timeout: input.timeoutMs });
  return { decision, cents: answers === null ? null : answers.amount * 100, year: answers?.due.getUTCFullYear() ?? null, decided_by, voters: votes.map(({ user }) => user) };
});

export const lenient = workflow({ id: "lenient", title: "Lenient", input }, async ({ input, step }) => {
  const { decision, decided_by } = await step.approval("silence", { title: "Silence is consent", timeout: input.timeoutMs, onTimeout: "approved" });
  return { decision, decided_by };
});

export const twice = workflow({ id: "twice", title: "Twice" }, async ({ step, execution }) => {
  const { decision } = await step.approval("again", { title: `Run ${execution.run}?` });
  if (execution.run === 1) return step.continueAsNew({});
  return decision;
});
