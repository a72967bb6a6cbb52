import { describe, expect, it } from "vitest";
import { ValueError } from "../authoring/errors.ts";
import { caught, fromErrorRecord, isNonRetryable, toErrorRecord } from "./failures.ts";

const throwing = (keys: string[]): Error => {
  const error = new Error("x");
  for (const key of keys) {
    Object.defineProperty(error, key, {
      get() {
        throw new Error("boo");
      },
    });
  }
  return error;
};
const opaque = new Proxy({}, { getPrototypeOf: () => { throw new Error("boo"); }, get: () => { throw new Error("boo"); } });
const { proxy: revoked, revoke } = Proxy.revocable(new Error("x"), {});
revoke();
const shared = Array.from({ length: 40 }).reduce<unknown>((part) => [part, part], 1);
const own = new Error("x");
own.cause = own;

describe("whatever is thrown becomes a record", () => {
  const thrown: Array<[what: string, thrown: unknown, record: object]> = [
    ["an error", Object.assign(new RangeError("no"), { code: "c" }), { name: "RangeError", message: "no", code: "c", stack: expect.stringContaining("RangeError: no") }],
    ["a text", "no", { name: "Error", message: "no" }],
    ["a text of megabytes", "x".repeat(5e6), { name: "Error", message: "x".repeat(16_000) }],
    ["an object", { a: 1 }, { name: "Error", message: 'a object was thrown: {"a":1}' }],
    ["nothing", undefined, { name: "Error", message: "a undefined was thrown: undefined" }],
    ["a symbol", Symbol("s"), { name: "Error", message: "a symbol was thrown: Symbol(s)" }],
    ["a list without end", shared, { name: "Error", message: "a object was thrown: (unreadable)" }],
    ["a proxy that throws", opaque, { name: "Error", message: "a object was thrown: (unreadable)" }],
    ["a proxy that is revoked", revoked, { name: "Error", message: "a object was thrown: (unreadable)" }],
    ["an error whose getters throw", throwing(["name", "message", "code", "stack"]), { name: "Error", message: "(unreadable)" }],
    ["an error whose parts are no texts", Object.assign(new Error("x"), { name: Symbol("n"), message: Object.create(null) as string, code: 7, stack: 8 }), { name: "Symbol(n)", message: "(unreadable)" }],
    ["an error of megabytes", Object.assign(new Error("m".repeat(5e6)), { name: "n".repeat(5e6), code: "c".repeat(5e6), stack: "s".repeat(5e6) }), { name: "n".repeat(200), message: "m".repeat(16_000), code: "c".repeat(100), stack: "s".repeat(4_000) }],
    ["its own cause", own, { name: "Error", message: "x", stack: expect.any(String) }],
  ];
  it.each(thrown)("%s", (_what, error, record) => {
    expect(toErrorRecord(error)).toEqual(record);
    expect(fromErrorRecord(toErrorRecord(error))).toBeInstanceOf(Error);
  });
});

describe("what cannot be looked at", () => {
  it.each([["a proxy that throws", opaque], ["a proxy that is revoked", revoked]])("%s is replaced by an error that can", (_what, error) => {
    expect(caught(error)).toEqual(new Error("a object was thrown: (unreadable)"));
  });
  it("is tried again like any other error", () => {
    for (const error of [opaque, revoked, throwing(["name", "constructor"])]) expect(isNonRetryable(error)).toBe(false);
    expect(isNonRetryable(new ValueError("no"))).toBe(true);
  });
  it("is not replaced when it can be looked at", () => {
    for (const error of [own, "text", null, undefined]) expect(caught(error)).toBe(error);
  });
});
