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

describe("too much memory", () => {
  test.each(hogs)("%s: ended by memory-limit, and the neighbour goes on", { timeout: 120_000 }, async (_title, code) => {
    expect(await ground.attack(code)).toMatchObject({ status: "failed", error: { code: "memory-limit" } });
  });

  /** Many small things: what ends it first depends on the machine. */
  test.each([
    ["an array that grows for ever", "const a = []; for (let i = 0; ; i++) a.push({ i })"],
    ["a map that grows for ever", "const m = new Map(); for (let i = 0; ; i++) m.set(i, { i })"],
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
