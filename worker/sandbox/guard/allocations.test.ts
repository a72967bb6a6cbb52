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
    "const A = Array; new A(2 ** 28)", "Array(2 ** 28)", "Reflect.construct(Array, [2 ** 28])", "new (class extends Array {})(2 ** 28)", "new (Array.bind(null, 2 ** 28))()", "Array.apply(null, [2 ** 28])", "Array.from('x'.repeat(3e7))", "Array.from(new Uint8Array(3e7))",
    "'x'.repeat({ valueOf: () => 2 ** 28 })", "new Uint8Array(new Proxy({ length: 2 ** 31 }, {}))", "Reflect.set([], 'length', 2 ** 28)", "Object.defineProperty([], 'length', { value: 2 ** 28 })",
    "'x'.repeat(3e7).split('')", "Object.keys('x'.repeat(3e7))", "Object.entries(new Uint8Array(3e7))", "encodeURIComponent('ä'.repeat(2e7))", "BigInt('9'.repeat(1e6))", "BigInt.asUintN(2 ** 28, -1n)",
  ])("refuses %s", (code) => {
    expect(() => run(code)).toThrow(/the workflow (asked for|allocated|made)/);
  });
});

describe("a call that no array could be long enough for", () => {
  const methods = Object.getOwnPropertyNames(Array.prototype).filter((name) => !["constructor", "at", "concat", "entries", "keys", "length", "pop", "push", "toString", "values"].includes(name));
  it.each(methods)("refuses %s", (name) => {
    for (const self of ["{ length: 2 ** 53 - 1 }", "{ get length() { return 2 ** 40 } }", "Object.assign([], { 4294967290: 1 })"]) expect(() => run(`Array.prototype.${name}.call(${self}, () => 1, 1)`)).toThrow("the workflow ");
  });
  it("leaves short ones alone", () => {
    expect(run("[[].indexOf.call('abc', 'b'), [].map.call({ length: 2, 0: 1, 1: 2 }, (x) => x + 1).join(), [].slice.call(new Uint8Array(3)).length, (function () { return [].includes.call(arguments, 2) })(1, 2), [].forEach.call(new Proxy([1], {}), () => 1) === undefined].join('|')")).toBe("1|2,3|3|true|true");
    expect(() => run("[].indexOf.call(null, 1)")).toThrow("indexOf called on null or undefined");
  });
});

it("a search that could go on for hours is refused", () => {
  const pattern = "('a'.repeat(4e5) + 'b' + 'a'.repeat(4e5))";
  for (const method of ["indexOf", "lastIndexOf", "includes", "split", "replace", "replaceAll"]) expect(() => run(`'a'.repeat(1e6).${method}(${pattern}, '')`)).toThrow("characters on a text of");
  expect(run("['abcabc'.lastIndexOf('b'), 'a'.repeat(1e6).includes('b'.repeat(300)), 'a-b'.split('-').length, 'a'.indexOf(), 'aa'.replaceAll('a', 'b')].join()")).toBe("4,false,2,-1,bb");
});

it("a length is read once: what lies about it gets what it said first", () => {
  const liar = "{ get length() { return this.asked++ ? 2 ** 31 : 2 }, asked: 0 }";
  expect(run(`[new Uint8Array(${liar}).length, Array.from(${liar}).length, 'x'.repeat({ n: 0, valueOf() { return this.n++ ? 2 ** 28 : 2 } })].join()`)).toBe("2,2,xx");
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
  expect(run("class C extends Array { last() { return this[this.length - 1] } }; const c = C.of(1, 2).map((x) => x + 1); [c.last(), c instanceof C, c instanceof Array, C.from('ab').last(), Array.isArray(c), c.constructor === C, new C(3).length].join()")).toBe("3,true,true,b,true,true,3");
  expect(run("[Array(2).length, new Array(1, 2).join(), Array('a')[0], Array.name, Array.length, Array.prototype === Object.getPrototypeOf([]), Array[Symbol.species] === Array, Array.of(7)[0], Array.from({ length: 2 }, (_, i) => i).join()].join('|')")).toBe("2|1,2|a|Array|1|true|true|7|0,1");
  expect(run("[typeof BigInt(5), BigInt('12') + 1n, BigInt.asIntN(3, 7n), Object(1n) instanceof BigInt, (1n).constructor === BigInt, BigInt.name].join()")).toBe("bigint,13,-1,true,true,BigInt");
  expect(() => run("new Array(-1)")).toThrow("Invalid array length");
  expect(() => run("Uint8Array(2)")).toThrow("Constructor Uint8Array requires 'new'");
  expect(run("typeof WebAssembly")).toBe("undefined");
});
