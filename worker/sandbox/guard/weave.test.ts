import { describe, expect, it } from "vitest";
import { weave } from "./weave.ts";

const stub = `data:text/javascript,${encodeURIComponent(`
  export const calls = { tick: 0, recheck: 0 };
  export const tick = () => { calls.tick++ }; export const recheck = () => { calls.recheck++ };
  const same = (v) => v; export const power = (a, b) => a ** b;
  export { same as count, same as exponent, same as items, same as listed, same as made, same as product, same as text };`)}`;

function woven(code: string): string {
  const result = weave("index.js", code);
  if (!result.ok) throw new Error(`${result.line}:${result.column} ${result.message}`);
  return result.code;
}

/** Loads the woven module with counters that only count. */
async function load(code: string): Promise<Record<string, unknown>> {
  const text = woven(code).replace(/"everstep:guard"/, JSON.stringify(stub));
  return (await import(`data:text/javascript,${encodeURIComponent(text)}`)) as Record<string, unknown>;
}

async function counted(code: string): Promise<{ result: unknown; ticks: number }> {
  const { calls } = (await import(stub)) as { calls: { tick: number } };
  const { default: run } = await load(code);
  const before = calls.tick;
  const result: unknown = await (run as () => unknown)();
  return { result, ticks: calls.tick - before };
}

function refusal(code: string, path = "index.js"): string {
  const result = weave(path, code);
  return result.ok ? "fine" : `${result.line}:${result.column} ${result.message}`;
}

describe("what is counted", () => {
  it.each([
    ["for", "for (let i = 0; i < 3; i++) { n++ }", 3],
    ["for without braces", "for (let i = 0; i < 3; i++) n++", 3],
    ["nested loops without braces", "for (const a of [1, 2]) for (const b in { x: 1, y: 2 }) n++", 6],
    ["while", "while (n < 3) n++", 3],
    ["an empty while", "while (n++ < 3);", 3],
    ["do", "do n++\nwhile (n < 3)", 3],
    ["for await", "for await (const x of [1, 2]) n += x", 2],
    ["labelled loops", "a: for (;;) { for (;;) { if (n++ > 2) break a; continue a } }", 8],
    ["arrows", "const f = (x) => x; f(1); f(2)", 2],
    ["arrows that return objects", "const f = () => ({ a: 1 }); n = f().a", 1],
    ["methods, getters and static blocks", "class A { static { n++ } get x() { return 1 } m() { return this.x } }; new A().m()", 3],
    ["field initialisers", "class A { x = n++; y = () => 1 } new A()", 1],
    ["derived constructors", "class A { constructor() { n++ } } class B extends A { constructor() { super(); this.z = 1 } } new B()", 2],
    ["generators", "function* g() { yield 1; yield 2 } for (const x of g()) n += x", 3],
    ["async generators", "async function* g() { yield 1 } for await (const x of g()) n += x", 2],
  ])("counts %s", async (_title, body, ticks) => {
    expect((await counted(`export default async () => { let n = 0; ${body}; return n }`)).ticks).toBe(ticks + 1);
  });

  it("looks again in every catch and finally", () => {
    expect(woven("try { a() } catch { b() } finally { c() }")).toMatch(/catch \{\$es\.recheck\(\); b\(\) \} finally \{\$es\.recheck\(\); c\(\) \}/);
  });
});

describe("what stays as it was", () => {
  it("keeps every line where it is", () => {
    const code = "#!/usr/bin/env node\nexport const a = () =>\n  1\nfor (;;)\n  break\n// end";
    const lines = woven(code).split("\n");
    expect(lines).toHaveLength(6);
    expect(lines[0]).toBe('import * as $es from "everstep:guard";');
    expect(lines[4]).toContain("break");
  });
  it("keeps directives first", async () => {
    const { default: f } = await load(`export default function () { "use strict"\n return this }`);
    expect((f as () => unknown)()).toBeUndefined();
    expect(woven("function f() { 'use strict' }")).toContain("{ 'use strict';$es.tick(); }");
  });
  it("keeps the names that functions take from where they stand", async () => {
    const m = await load("export const f = () => 1; class A { g = () => 2 } export const g = new A().g.name; export default () => 3");
    expect([(m["f"] as () => void).name, m["g"], (m["default"] as () => void).name]).toEqual(["f", "g", "default"]);
  });
  it("keeps tagged templates and their one strings array", async () => {
    const m = await load("const t = (s, ...v) => s; const f = () => t`a${1}b`; export const same = f() === f(); export const raw = String.raw`\\n${1}`");
    expect([m["same"], m["raw"]]).toEqual([true, "\\n1"]);
  });
  it("keeps a default class and default parameters", async () => {
    const { default: C } = await load("export default class extends Map { constructor(a = 1, b = a + 1) { super(); this.sum = a + b } }");
    expect((new (C as new () => { sum: number })()).sum).toBe(3);
  });
  it.each(["const $es = 1", "const \\u0024es = 1", "const \\u{24}e\\u0073 = 1"])("takes another name when the code uses its own: %s", (code) => {
    expect(woven(code)).toBe(`import * as $es1_ from "everstep:guard";${code}`);
  });
  it("keeps what is called, deleted or written to by the name of constructor", () => {
    for (const code of ["x.constructor = 1", "delete x.constructor", "[x.constructor] = y", "({ a: x.constructor } = y)", "x?.constructor.name", "x.constructor`a`"]) expect(woven(code)).toBe(`import * as $es from "everstep:guard";${code}`);
    expect(woven("new x.constructor.y(1)")).toContain("new ($es.made(x.constructor)).y(1)");
    expect(woven("x.constructor(1)")).toContain("$es.made(x.constructor(1))");
  });
  it("leaves arithmetic alone that can be no BigInt's", () => {
    for (const code of ["x * 2", "1 << x", "x *= 2", "+x * y", "(x >>> 0) * y", "x ** 2"]) expect(woven(code)).toBe(`import * as $es from "everstep:guard";${code}`);
  });
  it("names the guard from the folder where the module is put", () => {
    const result = weave("lib/a.js", "1", { mount: "tenant" });
    expect(result.ok && result.code).toBe('import * as $es from "../../everstep:guard";1');
  });
});

describe("what is refused", () => {
  it.each([
    ["let x = ;", "1:9 Unexpected token"],
    ["\n  import 'cloudflare:sockets'", "2:3 raw sockets are not available to workflows; use fetch inside a step"],
    ["export * from 'cloudflare:sockets'", "1:1 raw sockets are not available to workflows; use fetch inside a step"],
    ["export { a } from 'node:vm'", '1:1 "node:vm" is not available to workflows'],
    ["import 'node:something-new'", '1:1 "node:something-new" is not available to workflows'],
    [`x = ${"9".repeat(20_000)}n`, "1:5 a BigInt of more than 10000 digits takes too long to read"],
    ["await import('node:child_process')", '1:7 "node:child_process" is not available to workflows'],
    ["import 'everstep:guard-core'", '1:1 "everstep:guard-core" belongs to the platform; import "everstep"'],
    ["import './everstep:guard-core'", '1:1 "./everstep:guard-core" has a character that paths of modules must not have'],
    ["import '../main.js'", '1:1 "../main.js" points outside of the bundle'],
    ["import './a/../../main.js'", '1:1 "./a/../../main.js" points outside of the bundle'],
    ["const n = 'x'; await import(n)", "1:22 import() needs a literal path: only modules of the bundle can be loaded"],
    ["import 'https://example.com/a.js'", '1:1 "https://example.com/a.js" is not available to workflows'],
  ])("refuses %s", (code, message) => {
    expect(refusal(code)).toBe(message);
  });
  it("says how to bring a package along", () => {
    expect(refusal("import _ from 'lodash'")).toContain("bundle it into the module");
  });
  it("says where a dangerous regular expression is", () => {
    expect(refusal("const a = 1;\nconst r = /^(a+)+$/i;")).toMatch(/^2:11 the regular expression \/\^\(a\+\)\+\$\/i can take exponential time/);
  });
  it.each(["cloudflare:workers", "cloudflare:workflows", "node:crypto", "node:stream/promises", "./b.js", "./lib/b.js"])("lets %s pass", (name) => {
    expect(refusal(`import * as x from '${name}'; await import('${name}')`)).toBe("fine");
  });
  it.each(["process", "url", "buffer"])("leads node:%s to the platform's own, which hides what cannot be guarded", (name) => {
    expect(weave("lib/a.js", `import x from 'node:${name}'; export * from "node:${name}"; await import(\`node:${name}\`)`)).toMatchObject({
      code: `import * as $es from "../everstep:guard";import x from "../everstep:${name}"; export * from "../everstep:${name}"; await import("../everstep:${name}")`,
    });
  });
  it("lets a module climb within the bundle, and import what the platform provides", () => {
    expect(refusal("import '../b.js'", "lib/a.js")).toBe("fine");
    expect(weave("a.js", "import { workflow } from 'everstep'", { provided: ["everstep"] }).ok).toBe(true);
  });
});
