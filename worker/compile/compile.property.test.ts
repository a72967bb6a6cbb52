/** Compiled programs are run beside the same ones written without types. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { env } from "../http/testing/harness.ts";
import { compileSources } from "./index.ts";

interface Text {
  /** With types and without. */
  ts: string;
  js: string;
}
const text = (ts: string, js: string = ts): Text => ({ ts, js });
const join = (parts: readonly Text[], by: string): Text => text(parts.map(({ ts }) => ts).join(by), parts.map(({ js }) => js).join(by));

const types = fc.constantFrom("number", "unknown", "Record<string, Array<number>>", "(a: number, b?: string) => void", "{ a: 1 } & { readonly b?: [x: string, ...rest: number[]] }", "`x${string}`", "typeof globalThis", "keyof Shape | Shape['a']", "T extends infer U ? U : never", "new () => object", "asserts");
const known = fc.constantFrom("number", "unknown", "Shape['a']", "Map<string, Set<1 | 2>>", "`a${string}`");

const value: fc.Arbitrary<Text> = fc.letrec<{ value: Text }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.integer({ min: -9, max: 99 }).map((n) => text(`(${n})`)),
    fc.constantFrom(text("'a < b > c'"), text("`t${1 + 1}`"), text("/<a>|as b/.source"), text("[...'xy']"), text("({ as: 1, type: 2, satisfies: 3 }).as"), text("((a = 1, ...b) => a + b.length)(2, 3)", "((a = 1, ...b) => a + b.length)(2, 3)")),
    fc.tuple(tie("value"), known).map(([{ ts, js }, type]) => text(`(${ts} as ${type})`, `(${js})`)),
    fc.tuple(tie("value"), known).map(([{ ts, js }, type]) => text(`(${ts} satisfies ${type})`, `(${js})`)),
    tie("value").map(({ ts, js }) => text(`${ts}!`, js)),
    fc.tuple(tie("value"), types).map(([{ ts, js }, type]) => text(`(<T,>(a: T, b?: ${type}): T => a)(${ts})`, `((a, b) => a)(${js})`)),
    fc.tuple(tie("value"), types).map(([{ ts, js }, type]) => text(`(function <T>(this: void, a: T | (${type === "asserts" ? "string" : type})) { return a; })(${ts})`, `(function (a) { return a; })(${js})`)),
    fc.tuple(tie("value"), tie("value")).map(([a, b]) => text(`String(${a.ts} < ${b.ts}) + [${a.ts}].length`, `String(${a.js} < ${b.js}) + [${a.js}].length`)),
    tie("value").map(({ ts, js }) => text(`new (class<T> { readonly a!: T; private static b?: number; constructor(public c: unknown, protected readonly d = 2) {} get e(): unknown { return [this.c, this.d]; } })(${ts}).e`, `new (class { a; static b; constructor(c, d = 2) { this.c = c; this.d = d; } get e() { return [this.c, this.d]; } })(${js}).e`)),
  ),
})).value;

const statement = fc.oneof(
  value.map(({ ts, js }) => text(`out.push(${ts});`, `out.push(${js});`)),
  fc.tuple(value, fc.nat(99)).map(([{ ts, js }, n]) => text(`{ let v${n}: unknown = ${ts}; const { x = v${n} as any }: { x?: unknown } = {}; out.push(x); }`, `{ let v = ${js}; const { x = v } = {}; out.push(x); }`)),
  fc.tuple(value, types).map(([{ ts, js }, type]) => text(`function over<T>(a: ${type === "asserts" ? "T" : type}): string;\nfunction over(a: any): any;\nfunction over(a: any): any { return a; }\nout.push(over(${ts}));`, `function over(a) { return a; }\nout.push(over(${js}));`)).map(({ ts, js }) => text(`{\n${ts}\n}`, `{ ${js} }`)),
  fc.nat(9).map((n) => text(`enum Color${n} { Red = ${n}, Green, Blue = "b" }\nout.push(Color${n}.Green, Color${n}[${n}], Color${n}.Blue);`, `out.push(${n + 1}, "Red", "b");`)).map(({ ts, js }) => text(`{ ${ts} }`, js)),
  fc.constantFrom(text("interface Local<T> { a: T; b(): void }\n", ""), text("type Made<T> = { [K in keyof T]?: T[K] };\n", ""), text("declare const nowhere: { a: 1 };\n", ""), text("abstract class Base<T> { abstract a(): T; declare b: number; b2?: string; }\nout.push(new (class extends Base<number> { override a(): number { return 1; } })().a());", "class Base { b2; }\nout.push(new (class extends Base { a() { return 1; } })().a());")).map(({ ts, js }) => text(`{ ${ts} }`, `{ ${js} }`)),
  // Where an error comes from, as its stack says it.
  value.map(({ ts, js }) => text(`try { (${ts} as any, fail()); } catch (error: unknown) { caught(error as Error); }`, `try { (${js}, fail()); } catch (error) { caught(error); }`)),
);

const head = "interface Shape { a: string; b: number }\nexport const out: unknown[] = [];\nexport const lines: number[] = [];\nfunction fail(): never { throw new Error('x'); }\nfunction caught(error: Error): void { lines.push(Number(/\\.js:(\\d+):\\d+/.exec(error.stack?.split('\\n')[2] ?? '')?.[1])); }\n";
const plainHead = "export const out = [];\nfunction fail() { throw new Error('x'); }\nfunction caught() {}\n";

it("compiled code does what the code means, and its lines stay", async () => {
  const programs = fc.sample(fc.array(statement, { minLength: 1, maxLength: 12 }), { numRuns: 60, seed: Number(env.FUZZ_SEED ?? 7) }).map((parts) => {
    const { ts, js } = join(parts, "\n");
    return { ts: head + ts, js: plainHead + js };
  });
  const modules: Record<string, { js: string }> = {};
  for (const [index, { ts, js }] of programs.entries()) {
    const compiled = compileSources({ [`p${index}.ts`]: ts }, `p${index}.ts`);
    if (!compiled.ok) throw new Error(`${JSON.stringify(compiled.problems)}\n${ts}`);
    modules[`p${index}.js`] = { js: compiled.request.modules[`p${index}.js`] ?? "" };
    modules[`q${index}.js`] = { js };
  }
  const all = programs.map((_, index) => `import * as p${index} from "./p${index}.js"; import * as q${index} from "./q${index}.js";`).join("\n");
  const list = programs.map((_, index) => `[p${index}.out, q${index}.out, p${index}.lines]`).join(", ");
  const show = "const show = (v) => JSON.stringify(v, (_, x) => typeof x === 'function' ? 'function' : x === undefined ? 'undefined' : x);";
  const worker = env.LOADER.load({ compatibilityDate: "2026-10-01", mainModule: "main.js", globalOutbound: null, env: {}, modules: { ...modules, "main.js": { js: `${all}\n${show}\nexport default { fetch: () => Response.json([${list}].map(([a, b, lines]) => [show(a), show(b), lines])) };` } } });
  const results = await (await worker.getEntrypoint().fetch("http://compiled.test/")).json<[string, string, number[]][]>();
  expect(results).toHaveLength(programs.length);
  for (const [index, [ran, meant, lines]] of results.entries()) {
    const ts = programs[index]?.ts ?? "";
    expect(ran, ts).toBe(meant);
    const expected = ts.split("\n").flatMap((line, at) => (line.startsWith("try {") ? [at + 1] : []));
    expect(lines, ts).toEqual(expected);
  }
});
