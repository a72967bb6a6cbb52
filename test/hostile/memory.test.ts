import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Ground } from "./ground.ts";

let ground: Ground;

beforeAll(async () => {
  ground = await Ground.open();
}, 120_000);
afterAll(() => ground?.close());

const hogs: Array<[title: string, code: string]> = [
  ["2 GB in one ArrayBuffer", "new ArrayBuffer(2 ** 31)"],
  ["2 GB by way of Node's Buffer", "Buffer.alloc(2 ** 31)"],
  ["a 2 GB string", "return 'x'.repeat(2 ** 31 - 1)"],
  ["many buffers of 60 MB", "const a = []; for (;;) a.push(new Uint8Array(60e6))"],
  ["buffers that grow over many turns of the event loop", 'await step.do("work", async () => { const a = []; for (;;) { a.push(new Uint8Array(5e6)); await new Promise((f) => setTimeout(f, 0)) } })'],
  ["a string that doubles", "const a = []; for (let s = 'x'; ; ) a.push((s += s))"],
  ["copies by structuredClone", 'await step.do("work", () => { const b = new Uint8Array(6e7); const a = []; for (let i = 0; i < 100; i++) a.push(structuredClone(b)) })'],
  ["copies by slice", 'await step.do("work", () => { const b = new Uint8Array(6e7); const a = []; for (let i = 0; i < 100; i++) a.push(b.slice()) })'],
  ["files in the isolate's memory", 'const fs = await import("node:fs"); await step.do("work", () => { const b = new Uint8Array(5e7); for (let i = 0; i < 100; i++) fs.writeFileSync("/tmp/" + i, b) })'],
  ["a decompression bomb", 'const z = await import("node:zlib"); await step.do("work", () => { const b = z.gzipSync(new Uint8Array(6e7)); const a = []; for (let i = 0; i < 100; i++) a.push(z.gunzipSync(b)) })'],
];

/** Natives, and operators, that make something large out of a text of 30 million characters. */
const text = "const s = 'x'.repeat(3e7), kept = [];";
const over = (expression: string, before = ""): string => `${text} ${before} for (let i = 0; i < 3000; i++) kept.push(${expression}); return kept.length`;
const natives: Array<[title: string, code: string]> = [
  ["texts turned into bytes", over("new TextEncoder().encode(s)")],
  ["blobs", over("new Blob([s])")],
  ["blobs by way of node:buffer", `const { Blob } = await import("node:buffer"); ${over("new Blob([s])")}`],
  ["responses", over("new Response(s)")],
  ["responses by way of the global's prototype", over("new (Object.getPrototypeOf(globalThis).Response)(s)")],
  ["responses of JSON", over("Response.json([s])")],
  ["bodies that are read", over("await new Response(s).arrayBuffer()")],
  ["requests", over('new Request("http://a/", { method: "POST", body: s })')],
  ["headers", over("new Headers({ a: s })")],
  ["forms", over('(() => { const f = new FormData(); f.append("a", s); return f })()')],
  ["search parameters", over("new URLSearchParams(s)")],
  ["search parameters by way of node:url", over('new (process.getBuiltinModule("node:url").URLSearchParams)(s)')],
  ["messages that are not received", over("mc.port1.postMessage(s)", "const mc = new MessageChannel();")],
  ["structured clones of a text in an object", over("structuredClone({ s })")],
  ["a text that is split", over('s.split("")')],
  ["a text that is spread", over("[...s]")],
  ["a text taken apart by a rest element", over("(() => { const [...r] = s; return r })()")],
  ["a text in another encoding", over("btoa(s)")],
  ["Node's buffers", over("Buffer.from(s)")],
  ["lists in JSON", over("JSON.parse(t)", 'const t = "[" + "1,".repeat(1.4e7) + "1]";')],
  ["matches", over("s.match(/x/g)")],
  ["streams of responses that are gone", 'const s = "x".repeat(6e6), kept = []; await step.do("work", async () => { for (let i = 0; i < 400; i++) { kept.push(new Response(s).body); await new Promise((f) => setTimeout(f, 1)) } })'],
  ["branches of streams that are gone", 'const s = "x".repeat(6e6), kept = []; await step.do("work", async () => { for (let i = 0; i < 400; i++) { kept.push(new Response(s).body.tee()[0]); await new Promise((f) => setTimeout(f, 1)) } })'],
  ["headers of responses that are gone", 'const s = "x".repeat(6e6), kept = []; await step.do("work", async () => { for (let i = 0; i < 400; i++) { kept.push(new Response(null, { headers: { s } }).headers); await new Promise((f) => setTimeout(f, 1)) } })'],
  ["messages to a WebSocket nobody reads", 'const s = "x".repeat(6e6), kept = []; await step.do("work", async () => { for (let i = 0; i < 400; i++) { const pair = new WebSocketPair(); pair[0].accept(); pair[0].send(s); kept.push(pair[1]); await new Promise((f) => setTimeout(f, 1)) } })'],
  ["Array by another name", "const A = Array; const a = []; for (;;) a.push(new A(3e7))"],
  ["Array called, applied and bound", "const a = []; for (;;) a.push(Array.apply(null, [3e7]), new (Array.bind(null, 3e7))())"],
  ["the constructor of arrays", "const a = []; for (;;) a.push(new [].constructor(3e7))"],
  ["the constructor of arrays, called", "const a = []; for (;;) a.push([].constructor(3e7))"],
  ["a class of arrays", "class B extends Array {} const a = []; for (;;) a.push(new B(3e7))"],
  ["Reflect.construct", "const a = []; for (;;) a.push(Reflect.construct(Array, [3e7]), Reflect.construct(Float64Array, [3e6]))"],
  ["an array from a length", "return Array.from({ length: 1e9 })"],
  ["the length of an array, set", 'const a = []; for (;;) { const b = []; Reflect.set(b, "length", 3e7); a.push(b) }'],
  ["arrays joined, filled and flattened by other names", "const { fill, concat, flat } = Array.prototype; const a = fill.call(new Array(8e6), 1); const b = []; for (;;) b.push(concat.call(a, a), flat.call([a, a]))"],
  ["a text repeated by another name", 'const r = Function.prototype.call.bind("".repeat); const a = []; for (;;) a.push(r("x", 6e7))'],
  ["a shared buffer that grows", "const a = []; for (;;) { const b = new SharedArrayBuffer(8, { maxByteLength: 6e7 }); b.grow(6e7); a.push(b) }"],
  ["a BigInt that is squared", "let x = 3n; for (;;) x *= x"],
  ["a BigInt to a power", "return String(2n ** 10_000_000_000n)"],
  ["a BigInt to a power that takes long", "return String(3n ** 500_000_000n)"],
  ["a BigInt to a power, assigned", "const o = { x: 3n }; for (;;) o.x **= 500_000_000n"],
  ["a BigInt that is shifted", "const a = []; for (let i = 0; ; i++) a.push(1n << 900_000_000n, 1n >> -900_000_000n)"],
  ["a BigInt that is read", 'return String(BigInt("9".repeat(3e7)))'],
];

describe("natives that take memory", () => {
  test.each(natives)("%s: ended by memory-limit, and the neighbour goes on", { timeout: 120_000 }, async (_title, code) => {
    expect(await ground.attack(code)).toMatchObject({ status: "failed", error: { code: "memory-limit" } });
    expect(ground.server.output).not.toContain("crashed unexpectedly");
  });

  test("what is given back is not counted for ever", { timeout: 120_000 }, async () => {
    const code = 'const s = "x".repeat(2e6); await step.do("work", async () => { for (let i = 0; i < 300; i++) { await new Response(s).text(); await new Promise((f) => setTimeout(f, 1)) } }); return "fine"';
    expect(await ground.attack(code)).toMatchObject({ status: "completed", output: "fine" });
  });
});

describe("too much memory", () => {
  test.each(hogs)("%s: ended by memory-limit, and the neighbour goes on", { timeout: 120_000 }, async (_title, code) => {
    expect(await ground.attack(code)).toMatchObject({ status: "failed", error: { code: "memory-limit" } });
  });

  /** Many small things: what ends it first depends on the machine. */
  test.each([
    ["an array that grows for ever", "const a = []; for (let i = 0; ; i++) a.push({ i })"],
    ["a map that grows for ever", "const m = new Map(); for (let i = 0; ; i++) m.set(i, { i })"],
    ["sets that are united", over("set.union(set)", "const set = new Set(Array.from({ length: 1e6 }, (_, i) => i));")],
    ["texts that are made of one another and kept", 'const a = []; for (;;) a.push("x".repeat(3e7))'],
    ["an array that doubles", "for (let a = [1]; ; ) a = [...a, ...a]"],
  ])("%s: ended by a limit", { timeout: 120_000 }, async (_title, code) => {
    const { status, error } = await ground.attack(code);
    expect([status, error?.code ?? error?.name]).toEqual(["failed", expect.stringMatching(/^(memory-limit|cpu-limit|RangeError)$/)]);
  });

  test("leaves the next execution of the same bundle alone", { timeout: 120_000 }, async () => {
    const code = 'const a = []; if (event.payload.hog) for (;;) a.push(new Uint8Array(1e6)); return "fine"';
    expect(await ground.attack(code, { input: { hog: true } })).toMatchObject({ status: "failed", error: { code: "memory-limit" } });
    expect(await ground.run({ input: { hog: false } })).toMatchObject({ status: "completed", output: "fine" });
  });
});

describe("too large a value", () => {
  test.each([
    ["a step's result", 'await step.do("work", () => "x".repeat(26 * 1024 * 1024))'],
    ["a stream without end", 'await step.do("work", () => new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(1e6)) } }))'],
    ["the output", 'return "x".repeat(26 * 1024 * 1024)'],
  ])("%s: fails and says the limit", { timeout: 60_000 }, async (_title, code) => {
    const { status, error } = await ground.attack(code);
    expect([status, error?.name, error?.message]).toEqual(["failed", "ValueError", expect.stringContaining("the limit is 25 MiB")]);
  });
});

test("a thread cannot be put to sleep", async () => {
  expect(await ground.attack("return Atomics.wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0)")).toMatchObject({ status: "failed", error: { name: "TypeError" } });
});

test("there is no WebAssembly, whose memory nobody counts", async () => {
  expect(await ground.attack("return typeof WebAssembly")).toMatchObject({ status: "completed", output: "undefined" });
});
