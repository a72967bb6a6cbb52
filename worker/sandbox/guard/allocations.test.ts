import { createContext, runInContext } from "node:vm";
import { beforeEach, describe, expect, it, vi } from "vitest";

let run: (code: string) => unknown;

beforeEach(async () => {
  vi.resetModules();
  const budget = await import("./budget.ts");
  const { guardAllocations } = await import("./allocations.ts");
  const account = budget.createAccount();
  budget.configure({ current: () => account });
  const context = createContext({});
  run = (code) => runInContext(code, context) as unknown;
  guardAllocations(run("globalThis") as Record<string, unknown>);
});

describe("a single allocation above the limit", () => {
  it.each([
    "new ArrayBuffer(2 ** 31)", "new ArrayBuffer(8, { maxByteLength: 2 ** 31 })", "new SharedArrayBuffer(2 ** 31)", "new Uint8Array(2 ** 31)", "new Float64Array(2 ** 27)",
    "Uint8Array.from({ length: 2 ** 31 })", "new ([].constructor, Uint8Array.prototype.constructor)(2 ** 31)", "new (class extends Uint8Array {})(2 ** 31)",
    "'x'.repeat(2 ** 28)", "'x'.padStart(2 ** 28)", "'x'.padEnd(2 ** 28)", "Array.from({ length: 2 ** 28 })", "new Array(2 ** 28).fill(0)", "Array(2 ** 25).join('abc')", "'a'.repeat(10000).replaceAll('a', 'b'.repeat(10000))", "new ArrayBuffer(8).transfer(2 ** 30)",
  ])("refuses %s", (code) => {
    expect(() => run(code)).toThrow(/the workflow (asked for|allocated)/);
  });
});

it("many allocations without a pause are refused together, for good", () => {
  expect(() => run("for (let i = 0; i < 1000; i++) new Uint8Array(1e6)")).toThrow("the workflow allocated");
  expect(() => run("new Uint8Array(2 ** 27)")).toThrow("the workflow allocated");
});

it("everything else of the guarded classes stays as it was", () => {
  expect(run("new Uint8Array(2) instanceof Uint8Array && new Uint8Array(2).constructor === Uint8Array && Object.getPrototypeOf(Uint8Array).name")).toBe("TypedArray");
  expect(run("[Uint8Array.name, Uint8Array.BYTES_PER_ELEMENT, Uint8Array.length, Uint8Array.of(1, 2).length, Uint8Array.from([1, 2, 3]).slice(1).join()].join()")).toBe("Uint8Array,1,3,2,2,3");
  expect(run("class B extends Uint16Array { first() { return this[0] } }; const b = new B([7]); b.first() + b.map((x) => x * 2).first() + (b.subarray(0) instanceof B)")).toBe(22);
  expect(run("new Uint8Array(new Uint8Array([1, 2]).buffer, 1).length + ArrayBuffer.isView(new Int8Array(1)) + new ArrayBuffer(8).slice(0, 4).byteLength")).toBe(6);
  expect(run("'ab'.repeat(2) + 'x'.padStart(3, '-') + [1, [2]].flat().join('+') + [1].concat([2]).length + 'aa'.replace('a', (m) => m + 1) + JSON.stringify({ a: [1] }, null, 1).length")).toBe("abab--x1+22a1a18");
  expect(run("[String.prototype.repeat.length, Array.from.name, new Array(3).fill(1).join(), Array.from('abc').join('')].join('|')")).toBe("1|from|1,1,1|abc");
  expect(run("typeof WebAssembly")).toBe("undefined");
});
