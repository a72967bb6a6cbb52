import { describe, expect, it } from "vitest";
import type { Outcome } from "../../sdk/schema/journal.ts";
import { checkOutcome } from "./host.ts";

/** As it comes from an isolate, which may send anything. */
const check = (outcome: unknown): Outcome => checkOutcome(outcome as Outcome);
const error = { name: "TypeError", message: "no", code: "c", stack: "at x" };
const divergence = { at: 3, expected: "a", found: "b", hint: "c" };

describe("a turn's outcome", () => {
  it.each<Outcome>([
    { type: "completed", output: 'j{"a":1}' },
    { type: "completed", output: 'd[["Date","1970-01-01T00:00:00.000Z"]]' },
    { type: "completed", output: 'r{"key":"values/t/e/x","bytes":9,"form":"value"}' },
    { type: "continued", input: "jnull" },
    { type: "failed", error },
    { type: "failed", error: { name: "Error", message: "" } },
    { type: "stalled", divergence },
    { type: "suspended" },
    { type: "paused" },
    { type: "cancelled" },
  ])("is taken when it is well-formed: %j", (outcome) => {
    expect(check(outcome)).toEqual(outcome);
  });

  it("loses what does not belong there", () => {
    expect(check({ type: "suspended", output: "x".repeat(9) })).toEqual({ type: "suspended" });
    expect(check({ type: "failed", error: { ...error, cause: "x" }, output: "j1" })).toEqual({ type: "failed", error });
    expect(check({ type: "stalled", divergence: { ...divergence, more: 1 } })).toEqual({ type: "stalled", divergence });
  });

  const malformed: Array<[why: string, outcome: unknown]> = [
    ["no object", null],
    ["no object", "completed"],
    ['its type is "weird"', { type: "weird" }],
    ["its type is a object", { type: { toString: () => "completed" } }],
    ["an output that is no stored value", { type: "completed" }],
    ["an output that is no stored value", { type: "completed", output: 7 }],
    ["an output that is no stored value", { type: "completed", output: "zzz" }],
    ["an output that is no stored value", { type: "completed", output: "j{" }],
    ["an output that is no stored value", { type: "completed", output: "d[[9" }],
    ["an output that is no stored value", { type: "completed", output: "rnull" }],
    ["an output that is no stored value", { type: "completed", output: 'r{"key":1}' }],
    ["an output that is no stored value", { type: "completed", output: `j"${"x".repeat(2_000_000)}"` }],
    ["an input that is no stored value", { type: "continued", input: { length: 1 } }],
    ["an error that is no record of one", { type: "failed" }],
    ["an error that is no record of one", { type: "failed", error: { message: "m" } }],
    ["an error that is no record of one", { type: "failed", error: { ...error, message: 7 } }],
    ["an error that is no record of one", { type: "failed", error: { ...error, name: "n".repeat(3e6) } }],
    ["an error that is no record of one", { type: "failed", error: { ...error, message: "m".repeat(3e6) } }],
    ["an error that is no record of one", { type: "failed", error: { ...error, stack: "s".repeat(3e6) } }],
    ["an error that is no record of one", { type: "failed", error: { ...error, code: 7 } }],
    ["a divergence that says nothing", { type: "stalled", divergence: { ...divergence, at: Number.NaN } }],
    ["a divergence that says nothing", { type: "stalled", divergence: "x" }],
  ];
  it.each(malformed)("is refused with a reason: %s", (why, outcome) => {
    expect(() => check(outcome)).toThrow(new TypeError(`a turn sent a malformed outcome: ${why}`));
  });
});
