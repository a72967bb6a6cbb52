import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Ground } from "./ground.ts";

let ground: Ground;

beforeAll(async () => {
  ground = await Ground.open();
}, 120_000);
afterAll(() => ground?.close());

const inStep = (body: string): string => `await step.do("work", async () => { ${body} });`;

const endless: Array<[title: string, code: string]> = [
  ["in the workflow's code", "for (;;);"],
  ["in a step", inStep("for (;;);")],
  ["of awaits", "while (await true);"],
  ["of awaits in a step", inStep("while (await 1);")],
  ["whose errors are caught", "for (;;) { try { for (;;); } catch {} }"],
  ["of awaits whose errors are caught", inStep("for (;;) { try { while (await 1); } catch {} }")],
  ["that goes on in finally", "while (true) { try { for (;;); } finally { continue } }"],
  ["of promises that catch", "const f = () => Promise.resolve().then(() => { for (;;); }).catch(f); await f()"],
  ["of an async generator", "async function* g() { for (;;) { try { for (;;) yield 1 } catch {} } } for (;;) { try { for await (const x of g()); } catch {} }"],
  ["behind a caught step", `try { ${inStep("for (;;);")} } catch {} return "survived"`],
  ["in a timer that fires for ever", inStep("await new Promise(() => { setInterval(() => { try { for (;;); } catch {} }, 0) })")],
  ["in a getter of a result", 'return await step.do("work", () => ({ get a() { for (;;); } }))'],
  ["of recursion that catches the stack's end", "const f = () => { try { return f() + 1 } catch { return f() + 1 } }; return f()"],
  ["of recursion that goes on in finally", "const f = () => { try { f() } finally { f() } }; return f()"],
];

describe("an endless loop", () => {
  test.each(endless)("%s is ended by cpu-limit, and the neighbour goes on", { timeout: 120_000 }, async (_title, code) => {
    expect(await ground.attack(code)).toMatchObject({ status: "failed", output: null, error: { name: "LimitExceeded", code: "cpu-limit" } });
  });

  test("leaves the next execution of the same bundle alone", { timeout: 120_000 }, async () => {
    expect(await ground.attack('if (event.payload.loop) for (;;); return "fine"', { input: { loop: true } })).toMatchObject({ status: "failed" });
    expect(await ground.run({ input: { loop: false } })).toMatchObject({ status: "completed", output: "fine" });
  });
});

describe("a native call that would never end", () => {
  const most = "{ length: 2 ** 53 - 1 }";

  test.each([
    ["a search of what says it is long", `return Array.prototype.indexOf.call(${most}, 1)`],
    ["a walk over what says it is long", `Array.prototype.forEach.call(${most}, () => {})`],
    ["a length that is no number yet", "return Array.prototype.includes.call({ length: { valueOf: () => 2 ** 53 - 1 } }, 1)"],
    ["an array of holes", "const a = []; a[4294967290] = 1; return a.includes(5)"],
    ["a way to write millions of numbers in some language", 'const a = []; for (let i = 0; i < 4e6; i++) a.push(i); return a.toLocaleString("de").length'],
  ])("%s: ended before it begins", { timeout: 60_000 }, async (_title, code) => {
    const { status, error } = await ground.attack(code);
    expect([status, error?.code]).toEqual(["failed", expect.stringMatching(/^(cpu|memory)-limit$/)]);
  });
});

describe("counters that are hidden from", () => {
  const none = "{ tick: Object, recheck: Object }";

  test.each([
    ["behind a name of the same letters, written otherwise", `const \\u0024es = ${none}; for (;;);`],
    ["behind a parameter of that name", `(function (\\u{24}es) { for (;;); })(${none})`],
  ])("%s: they count all the same", { timeout: 60_000 }, async (_title, code) => {
    expect(await ground.attack(code)).toMatchObject({ status: "failed", error: { code: "cpu-limit" } });
  });
});

describe("computing in bursts", () => {
  test("is ended when a turn has had its share", { timeout: 180_000 }, async () => {
    const { status, error } = await ground.attack('await step.do("work", async () => { for (;;) { const until = Date.now() + 4000; while (Date.now() < until); await new Promise((f) => setTimeout(f, 1)) } })');
    expect([status, error?.code, error?.message]).toEqual(["failed", "cpu-limit", expect.stringContaining("30000 ms in one turn")]);
  });
});

describe("deep recursion", () => {
  test.each([
    ["plain", "const f = () => f() + 1; return f()"],
    ["async", "const f = async () => { await f() }; return f()"],
    ["a value nested a hundred thousand deep", 'await step.do("work", () => { let o = {}; for (let i = 0; i < 100000; i++) o = { o }; return o })'],
  ])("%s fails as an error of the code", { timeout: 60_000 }, async (_title, code) => {
    const { status, error } = await ground.attack(code);
    expect([status, error?.message]).toEqual(["failed", expect.stringContaining("Maximum call stack")]);
  });
});

describe("a regular expression that can take for ever", () => {
  const text = "'a'.repeat(40) + '!'";

  test("is refused at deploy where it is written", async () => {
    expect(await ground.refused({ main: "a.js", modules: { "a.js": `export const a = 1;\nexport const r = /^(a+)+$/i;` }, sources: {} })).toMatch(/^a\.js:2:18 the regular expression .* exponential time/);
  });

  test.each([
    ["new RegExp", `return new RegExp("^(a+)+$", "i").test(${text})`],
    ["RegExp as a function", `return RegExp("^(a+)+$", "i").test(${text})`],
    ["match with a string", `return (${text}).match("^(a+)+\\\\1$")`],
    ["compile", `return /x/.compile("^(a+)+$", "i").test(${text})`],
  ])("made by %s is refused when it is made", { timeout: 60_000 }, async (_title, code) => {
    expect(await ground.attack(code)).toMatchObject({ status: "failed", error: { code: "regex-limit" } });
  });

  test("is answered in time where the linear engine knows it", { timeout: 60_000 }, async () => {
    expect(await ground.attack(`return /^(a+)+$/.test(${text})`)).toMatchObject({ status: "completed", output: false });
  });
});

test("an execution that begins anew for ever lets others through and can be cancelled", { timeout: 120_000 }, async () => {
  const { id, status } = await ground.attack("await step.continueAsNew({})", { waitMs: 3_000 });
  expect(status).toBe("running");
  expect((await ground.cancel(id)).status).toBe(202);
  expect(await ground.mallory.end(id)).toMatchObject({ status: "cancelled" });
});
