import { describe, expect, it } from "vitest";
import { type Workflow, workflow } from "../authoring/index.ts";
import { testWorkflow } from "../testing/index.ts";

/** What a step's result is when it comes back after a restart. */
async function roundTrip(make: () => unknown): Promise<unknown> {
  const keeps = workflow({ id: "keeps" }, async ({ step }) => {
    const value = await step.do("make", { retries: { limit: 0 } }, async () => make());
    await step.sleep("pause", 1_000);
    return value;
  }) as Workflow<string, unknown, unknown>;
  const run = await testWorkflow(keeps, { crashEveryStep: true });
  await run.advance("1 second");
  if (run.error) throw Object.assign(new Error(run.error.message), { record: run.error });
  return run.output;
}

const bytes = (n: number): string => "x".repeat(n);

describe("values", () => {
  const kept: Array<[string, unknown]> = [
    ["plain objects and arrays", { a: [1, "two", true, null, { deep: [] }] }],
    ["dates", new Date("2024-02-29T12:00:00.123Z")],
    ["maps and sets", new Map<unknown, unknown>([["a", new Set([1, 2])], [{ key: 1 }, new Map()]])],
    ["typed arrays", { a: new Uint8Array([1, 2, 255]), b: new Float64Array([1.5, -0]), c: new BigInt64Array([-1n]) }],
    ["BigInts", 12345678901234567890n],
    ["undefined, alone and in objects and arrays", { a: undefined, b: [undefined, 1] }],
    ["NaN, infinities and negative zero", [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0]],
    ["texts of any script", "čeština 漢字 \u0000 \ud83d\ude00"],
    ["keys that look special", { constructor: 2, toJSON: 3, "": 4 }],
  ];
  for (const [what, value] of kept) {
    it(`keep ${what}`, async () => {
      expect(await roundTrip(() => value)).toEqual(value);
    });
  }

  it("keep undefined", async () => {
    expect(await roundTrip(() => undefined)).toBeUndefined();
  });

  it("keep errors with their type, name and cause", async () => {
    const error = (await roundTrip(() => Object.assign(new TypeError("bad", { cause: new RangeError("inner") }), { name: "OwnName" }))) as Error;
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.message, (error.cause as Error).message]).toEqual(["OwnName", "bad", "inner"]);
  });

  it("keep circular references", async () => {
    const circle: { self?: unknown; n: number } = { n: 1 };
    circle.self = circle;
    const result = (await roundTrip(() => circle)) as typeof circle;
    expect(result.self).toBe(result);
  });

  it("are copies: changing one after its step changes nothing that is kept", async () => {
    const shared = { n: 1 };
    const changes = workflow({ id: "changes" }, async ({ step }) => {
      const a = await step.do("a", async () => shared);
      a.n++;
      const seen = await step.do("b", async () => shared.n);
      return [a.n, seen];
    });
    expect((await testWorkflow(changes, { crashEveryStep: true })).output).toEqual([2, 1]);
  });

  it("above a mebibyte are spilled and come back", async () => {
    const text = bytes(3 * 1024 * 1024);
    expect(await roundTrip(() => ({ text }))).toEqual({ text });
  });

  it("above 25 MiB fail their step at once with a clear error", async () => {
    await expect(roundTrip(() => bytes(26 * 1024 * 1024))).rejects.toThrow('the result of step "make" is 26 MiB, the limit is 25 MiB: keep it in storage of your own and return a reference');
  });

  it("that are functions fail their step at once, naming the place", async () => {
    await expect(roundTrip(() => ({ a: { b: [() => 1] } }))).rejects.toThrow(/the result of step "make" cannot be kept: .*\.a\.b\[0\]\. Return plain data/);
  });

  it("that have a __proto__ key of their own fail too", async () => {
    await expect(roundTrip(() => JSON.parse('{"__proto__": 1}'))).rejects.toThrow("cannot be kept: Cannot stringify objects with __proto__ keys");
  });

  it("that are class instances or symbols fail too", async () => {
    await expect(roundTrip(() => new (class Own { readonly a = 1; })())).rejects.toThrow("cannot be kept");
    await expect(roundTrip(() => Symbol("s"))).rejects.toThrow("cannot be kept");
  });

  it("that are streams come back as streams", async () => {
    const reads = workflow({ id: "reads" }, async ({ step }) => {
      const stream = await step.do("open", async () => new Response("stream of bytes").body as ReadableStream);
      await step.sleep("pause", 1_000);
      return step.do("read", async () => new Response(stream).text());
    });
    const run = await testWorkflow(reads, { crashEveryStep: true });
    await run.advance("1 second");
    expect(run.output).toBe("stream of bytes");
  });

  it("of a workflow's own output are checked as well", async () => {
    const bad = workflow({ id: "bad" }, async () => ({ f: () => 1 }));
    expect((await testWorkflow(bad as Workflow<string, unknown, unknown>)).error?.message).toContain("the workflow's output cannot be kept");
  });

  it("keep a failed step's error the same for catch blocks before and after a restart", async () => {
    class PaymentError extends Error {
      override readonly name = "PaymentError";
      readonly code = "card-declined";
    }
    const seen = new Set<string>();
    const catches = workflow({ id: "catches" }, async ({ step }) => {
      try {
        await step.do("pay", { retries: { limit: 0 } }, async () => Promise.reject(new PaymentError("declined")));
      } catch (error) {
        const { name, message, code, constructor } = error as PaymentError;
        seen.add(JSON.stringify([name, message, code, constructor.name, error instanceof PaymentError]));
      }
      await step.sleep("pause", 1_000);
      return "went on";
    });
    const run = await testWorkflow(catches, { crashEveryStep: true });
    await run.advance("1 second");
    expect(run.output).toBe("went on");
    expect([...seen]).toEqual(['["PaymentError","declined","card-declined","Error",false]']);
  });
});
