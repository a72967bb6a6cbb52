import fc from "fast-check";
import { expect, it } from "vitest";
import { LimitExceeded } from "./limit-exceeded.ts";
import * as values from "./values.ts";
import { weave } from "./weave.ts";

/** Random programs over the variables a, b, s, which always end: loops count down `fuel`. */
const program = fc.letrec<{ expr: string; stmt: string; block: string }>((tie) => ({
  expr: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom("a", "b", "s", "1", "2.5", "'x'", "null", "fuel"),
    fc.tuple(tie("expr"), fc.constantFrom("+", "-", "*", "/", "<<", ">>", "<", "===", "&&", "||", "??="), tie("expr")).map(([l, op, r]) => (op === "??=" ? `(a ??= ${r})` : op === "&&" || op === "||" ? `((${l}) ${op} (${r}))` : `(${l} ${op} ${r})`)),
    tie("expr").map((e) => `\`t\${${e}}u\``),
    tie("expr").map((e) => `(() => ${e})()`),
    tie("expr").map((e) => `((x = ${e}, { y } = { y: x }) => ({ y }))().y`),
    tie("expr").map((e) => `[...(function* () { yield ${e}; yield 1 })()].length`),
    tie("expr").map((e) => `new (class extends Array { p = ${e}; static q = 1; constructor() { super(); this.r = 2 } get z() { return this.p } })().z`),
    fc.tuple(tie("expr"), tie("expr")).map(([l, r]) => `(${l}) /* ** */ ** (0, ${r})`),
    fc.tuple(fc.constantFrom("+", "*", "<<", "**"), tie("expr")).map(([op, e]) => `(a ${op}= ${e})`),
    tie("expr").map((e) => `((x) => x?.constructor === (x ?? 1).constructor && new x.constructor([1, x]).length)(${e} ?? 1)`),
    tie("expr").map((e) => `Object.keys({ ...[${e}, ...[1]], k: 1 }).join()`),
    tie("expr").map((e) => `(([p, ...q] = [${e}, 1, 2], { r, ...t } = { r: ${e}, u: 1 }) => { const [, ...v] = q; return [p, q, r, t.u, v] })().join()`),
    tie("expr").map((e) => `(s += ${e})`),
    tie("expr").map((e) => `tag\`\${${e}}\``),
  ),
  stmt: fc.oneof(
    { depthSize: "small" },
    tie("expr").map((e) => `log(${e})`),
    tie("expr").map((e) => `log(await (async () => ${e})() + 1)`),
    fc.tuple(fc.constantFrom("a", "b", "s"), tie("expr")).map(([v, e]) => `${v} = ${e}`),
    fc.tuple(tie("expr"), tie("stmt"), tie("stmt")).map(([c, t, e]) => `if (${c}) { ${t} } else { ${e} }`),
    tie("stmt").map((s) => `for (let i = 0; i < 3 && fuel-- > 0; i++) { ${s}\n}`),
    tie("expr").map((e) => `for (const k of ['p', 'q']) if (fuel-- > 0) log(k + ${e}); else break`),
    tie("expr").map((e) => `while (fuel-- > 0) if (log(${e}) > 4) break`),
    tie("stmt").map((s) => `do { ${s} } while (fuel-- > 90)`),
    tie("block").map((s) => `await (async () => { outer: for (const k in { p: 1, q: 2 }) { for await (const j of [1, 2]) { if (fuel-- < 0) break outer; if (j > 1) continue outer; ${s} } } })()`),
    fc.tuple(tie("block"), tie("block"), tie("block")).map(([t, c, f]) => `try { ${t}; if (a) throw a } catch (e) { log(typeof e); ${c} } finally { ${f} }`),
    tie("stmt").map((s) => `log(await (async function () { 'use strict'\n ${s}\nreturn this === undefined })())`),
    tie("expr").map((e) => `switch (a) { case ${e}: log('case'); default: log('default') }`),
  ),
  block: fc.array(tie("stmt"), { maxLength: 3 }).map((stmts) => stmts.join(";\n")),
})).block;

type Guard = typeof values & { tick(): void; recheck(): void };
type Run = (guard: Guard, log: (v: unknown) => number, tag: (s: TemplateStringsArray, v: unknown) => string) => Promise<unknown>;
const AsyncFunction = (async () => {}).constructor as new (...parts: string[]) => Run;

/** What a program logged, and after how many lines a limit ended it: what it does then is the guard's affair. */
async function observe(code: string): Promise<{ seen: string[]; ticks: number; limitedAt: number }> {
  const seen: string[] = [];
  let ticks = 0;
  let limitedAt = Number.POSITIVE_INFINITY;
  const noticing = <T>(ask: (value: T) => T) => (value: T): T => {
    try {
      return ask(value);
    } catch (error) {
      if (error instanceof LimitExceeded) limitedAt = Math.min(limitedAt, seen.length);
      throw error;
    }
  };
  const guard: Guard = { ...values, text: noticing(values.text) as typeof values.text, tick: () => void ticks++, recheck: () => {} };
  const log = (v: unknown): number => seen.push(String(v));
  try {
    await new AsyncFunction("$es", "log", "tag", `"use strict"; ${code}; log([a, b, s, fuel].map(String).join())`)(guard, log, (s, v) => s.length + String(v));
  } catch (error) {
    seen.push(`threw ${String(error)}`);
  }
  return { seen, ticks, limitedAt };
}

it("a woven program does what the program did, line by line", async () => {
  let ticks = 0;
  await fc.assert(
    fc.asyncProperty(program, async (body) => {
      const code = `let a = 1, b = 2, s = '', fuel = 100; ${body}`;
      const woven = weave("index.js", code);
      if (!woven.ok) throw new Error(`${woven.message} in ${code}`);
      expect(woven.code.split("\n")).toHaveLength(code.split("\n").length);
      const after = await observe(woven.code.replace(/^import .*?;/, ""));
      expect(after.seen.slice(0, after.limitedAt)).toEqual((await observe(code)).seen.slice(0, after.limitedAt));
      ticks += after.ticks;
    }),
    {
      numRuns: 500,
      // A string that doubles in a loop until it may not: equal up to there.
      examples: [["for (let i = 0; i < 3 && fuel-- > 0; i++) { for (let i = 0; i < 3 && fuel-- > 0; i++) { for (let i = 0; i < 3 && fuel-- > 0; i++) { log((s += ((x = `t${(s += (a + `t${a}u`))}u`, { y } = { y: x }) => ({ y }))().y))\n}\n}\n}"]],
    },
  );
  expect(ticks).toBeGreaterThan(500);
});
