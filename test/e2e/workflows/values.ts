/** Workflows whose steps return what is hard to keep. */
import { workflow } from "everstep";
import { z } from "zod";

const size = z.object({ bytes: z.number(), text: z.string().default("x") });
const text = ({ bytes, text }: z.output<typeof size>): string => text.repeat(Math.ceil(bytes / text.length)).slice(0, bytes);

/** Every kind of value, shown the way it comes back after the wait: in another life, over a restart. */
export const rich = workflow({ id: "rich" }, async ({ step }) => {
  const value = await step.do("make", async () => ({
    date: new Date(86_400_000),
    map: new Map<unknown, unknown>([
      ["a", new Set([1, 2])],
      [{ key: 1 }, null],
    ]),
    big: 2n ** 80n,
    bytes: new Uint8Array([0, 1, 254, 255]),
    floats: new Float64Array([0.1, Number.NEGATIVE_INFINITY]),
    odd: [undefined, Number.NaN, -0, "\u0000\ud800"],
    error: new RangeError("too far"),
    pattern: /a+b/gi,
  }));
  await step.waitForEvent("hold", { type: "go" });
  const [first] = value.map;
  return {
    date: value.date instanceof Date && value.date.toISOString(),
    map: value.map instanceof Map && [value.map.size, first?.[1] instanceof Set && [...(first[1] as Set<number>)]],
    big: typeof value.big === "bigint" && String(value.big),
    bytes: value.bytes instanceof Uint8Array && [...value.bytes],
    floats: value.floats instanceof Float64Array && [...value.floats].map(String),
    odd: [value.odd[0] === undefined, Number.isNaN(value.odd[1]), Object.is(value.odd[2], -0), value.odd[3] === "\u0000\ud800"],
    error: value.error instanceof RangeError && value.error.message,
    pattern: value.pattern instanceof RegExp && String(value.pattern),
  };
});

/** A text of a given size, measured before and after a wait. */
export const large = workflow({ id: "large", input: size }, async ({ input, step }) => {
  const value = await step.do("make", async () => text(input));
  await step.sleep("turn", 1);
  return { length: value.length, same: value === text(input) };
});

export const streamed = workflow({ id: "streamed", input: size }, async ({ input, step }) => {
  const stream = await step.do("make", async () => new Response(text(input)).body);
  await step.sleep("turn", 1);
  return { length: (await new Response(stream).text()).length };
});

export const echo = workflow({ id: "echo", input: size }, async ({ input }) => text(input));
export const asks = workflow({ id: "asks", input: size }, async ({ input, step }) => (await step.invoke("echo", echo, input)).length);

export const payload = workflow({ id: "payload" }, async ({ step }) => (await step.waitForEvent<string>("hold", { type: "go" })).payload.length);

export const unkeepable = workflow({ id: "unkeepable" }, async ({ step }) => step.do("make", async () => ({ deep: [() => 1] }) as unknown as string));
