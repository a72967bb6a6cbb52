/** Workflows that are begun again, and that fail in places known by their marks. */
import { workflow } from "everstep";
import { z } from "zod";

/** Its first run's input is not the one it ends with. */
export const rounds = workflow({ id: "rounds" }, async ({ input, step }) => {
  const { left, told } = input as { left: number; told: unknown };
  if (left > 0) await step.continueAsNew({ left: left - 1, told: [told] });
  return { left, told };
});

/** What it is given shows whether it came as it was sent. */
export const given = workflow({ id: "given" }, async ({ input, event }) => {
  const { when, sizes, total } = input as { when: unknown; sizes: unknown; total: unknown };
  return {
    when: when instanceof Date && when.getTime(),
    sizes: sizes instanceof Map && [...sizes],
    total: typeof total === "bigint" && String(total),
    kind: event.kind,
    header: event.headers["x-shop"] ?? null,
  };
});

export const gives = workflow({ id: "gives" }, async ({ step }) => step.invoke("given", given, { when: new Date(86_400_000), sizes: new Map([["a", 1]]), total: 2n ** 70n }));

interface Order {
  amount: number;
}

/** The name is taken in zod: the bundle calls it otherwise. */
function check(order: Order): void {
  if (order.amount > 10) throw new Error(`${order.amount} is too much`); // in check
}

async function charge(order: Order): Promise<void> {
  await Promise.resolve();
  check(order); // in charge
}

export const fails = workflow({ id: "fails", input: z.object({ amount: z.number() }) }, async ({ input, step }) => {
  await step.do("charge", { retries: { limit: 0 } }, () => charge(input));
});

export const failsBetween = workflow({ id: "fails-between" }, async ({ step }) => {
  const one = await step.do("one", async () => 1);
  const text = `a${one}b`; throw new TypeError(`${text + one} between steps`); // between
});
