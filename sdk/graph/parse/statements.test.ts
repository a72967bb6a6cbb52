import { describe, expect, it } from "vitest";
import { blocksOf } from "../walk.ts";
import { body } from "../testing/parsed.ts";

const kinds = (nodes: readonly { kind: string }[]): string[] => nodes.map(({ kind }) => kind);

describe("a statement", () => {
  it("is a variable, a pattern, an assignment, a return, or nothing of these", () => {
    const { nodes, text } = body(`let n: number = await step.do("a", f);
const { a, b: { c = 1 }, ...rest } = await step.do("b", f);
[x, , y] = await step.do("c", f);
o.p = await step.do("d", f);
({ z } = await step.do("e", f));
return await step.do("f", f);`);
    expect(nodes.map(({ binding }) => binding && [binding.declared, ...binding.names, text(binding)])).toEqual([["let", "n", "n: number"], ["const", "a", "c", "rest", "{ a, b: { c = 1 }, ...rest }"], [null, "x", "y", "[x, , y]"], [null, "o.p"], [null, "z", "{ z }"], null]);
    expect(nodes.map(({ returned }) => returned)).toEqual([false, false, false, false, false, true]);
    expect(text(nodes[4] ?? null)).toBe('({ z } = await step.do("e", f));');
  });

  it("shows the steps inside of it: of conditions, returned objects, arguments, patterns", () => {
    const { nodes } = body(`if (await step.do("a", f)) g();
const { [await step.do("b", f)]: x } = await step.do("c", f);
const n = (await step.do("d", f)).n + 1;
n += await step.do("e", f);
const p = await step.do("f", f), q = 1;
for (const i of await step.do("g", f)) h();
switch (await step.do("h", f)) { case await step.do("i", f): }
throw await step.do("j", f);
return { a: 1, b: [await step.do("k", f)], c: \`\${await step.do("l", f)}\`, d: cached ?? (await step.do("m", f)) };`);
    expect(nodes.map(({ kind, inner }) => [kind, ...inner.map(({ id }) => id)])).toEqual([["if", "step:a"], ["step", "step:b"], ["code", "step:d"], ["code", "step:e"], ["code", "step:f"], ["loop", "step:g"], ["switch", "step:h", "step:i"], ["throw", "step:j"], ["return", "step:k", "step:l", "step:m"]]);
    expect(nodes[0]?.inner[0]).toMatchObject({ place: "expression", awaited: true });
  });

  it("shows those in functions that are handed to others, by the names that these have there", () => {
    const { nodes } = body(`await retry(async () => { const { leads } = crm; await leads.get(1); return async (api: Step) => { const run = api.do; await run("a", f); }; });`);
    expect(nodes.map(({ kind, inner }) => [kind, ...inner.map(({ id }) => id)])).toEqual([["code", "crm.leads.get", "step:a"]]);
  });

  it("is code when nothing else: a directive, an empty one, a class, two variables", () => {
    const { nodes, text } = body('"use strict";\n;\nclass A {}\nconst a = 1, b = 2;\n{ await step.do("a", f); }\nlabel: { break label; }');
    expect(kinds(nodes)).toEqual(["code", "code", "code", "code", "code", "code"]);
    expect(nodes.slice(0, 2).map(text)).toEqual(['"use strict";', ";"]);
    expect(nodes[4]?.inner).toMatchObject([{ id: "step:a" }]);
  });

  it("has the comments right above it, and those behind it on its line", () => {
    const { nodes, text } = body(`// set apart

// one
/* two
 * three */
await step.do("a", f); // behind
/** doc */ await step.do("b", f); /* nobody's */ await step.do("c", f);
// last`);
    expect(nodes.map(({ comment }) => comment)).toEqual(["one\ntwo\nthree", "doc", null]);
    expect(nodes.map(({ extent }) => text(extent))).toEqual(['// one\n/* two\n * three */\nawait step.do("a", f); // behind', '/** doc */ await step.do("b", f);', 'await step.do("c", f);']);
  });
});

describe("a condition", () => {
  it("if, else if, else: with braces and without", () => {
    const { one, text } = body('if (a > 1) { await step.do("a", f); } else if (b) await step.do("b", f); else { }');
    const { branches, form } = one("if");
    expect(form).toBe("statement");
    expect(branches.map((branch) => [text(branch), text(branch.condition), text(branch.block), branch.block.braced])).toEqual([
      ['{ await step.do("a", f); }', "a > 1", ' await step.do("a", f); ', true],
      ['await step.do("b", f);', "b", 'await step.do("b", f);', false],
      ["{ }", "", " ", true],
    ]);
  });

  it("a ternary, and what && guards, when there is a step in them", () => {
    const { nodes, text } = body('const x = ok ? await step.do("a", f) : null;\nok && (await step.do("b", f));\nconst y = ok ? 1 : 2;\nok && g();\nreturn a ? b ? await step.do("c", f) : 1 : 2;');
    expect(kinds(nodes)).toEqual(["if", "if", "code", "code", "if"]);
    expect(nodes.slice(0, 2)).toMatchObject([
      { form: "ternary", binding: { names: ["x"] }, branches: [{ block: { nodes: [{ id: "step:a", place: "expression" }] } }, { condition: null, block: { nodes: [{ kind: "code" }] } }] },
      { form: "logical", branches: [{ condition: { form: "path", path: ["ok"] }, block: { nodes: [{ id: "step:b" }] } }] },
    ]);
    expect(nodes[4]).toMatchObject({ returned: true, branches: [{ block: { nodes: [{ form: "ternary" }] } }, {}] });
    expect(nodes[0]?.kind === "if" && nodes[0].branches.map(text)).toEqual(['await step.do("a", f)', "null"]);
  });

  it("switch: cases that share their statements, that fall through, with braces and without", () => {
    const { one, text } = body(`switch (kind) {
  case "a": // of a
  case "b": {
    await step.do("ab", f);
    break;
  }
  case x.y:
    await step.do("c", f); // behind
  default:
    return;
}`);
    const node = one("switch");
    expect(node).toMatchObject({ falls: true, subject: { form: "path", path: ["kind"] } });
    expect(node.branches.map(({ condition, block }) => [text(condition), block.nodes.length, block.braced, text(block).trim()])).toEqual([['"a"', 0, false, "// of a"], ['"b"', 2, true, 'await step.do("ab", f);\n    break;'], ["x.y", 1, false, 'await step.do("c", f); // behind'], ["", 1, false, "return;"]]);
    expect(node.branches[2]?.block.nodes.map(({ extent }) => text(extent))).toEqual(['await step.do("c", f); // behind']);
    expect(body('switch (a) { case 1: if (b) return; else throw c; case 2: break; }').one("switch").falls).toBe(false);
  });
});

describe("a loop", () => {
  it.each([
    ['for (const { id } of list) await step.do("a", f);', "for-of", "{ id }", "list", "", "const { id } of list"],
    ['for await (const x of stream()) { }', "for-await", "x", "stream()", "", "const x of stream()"],
    ['for (const key in o) { }', "for-in", "key", "o", "", "const key in o"],
    ['for (let i = 0; i < (3); i++) { }', "for", "i", "", "i < (3", "let i = 0; i < (3); i++"],
    ['for (;;) { }', "for", "", "", "", ";;"],
    ['while /* ( */ ((a) /* ) */) { }', "while", "", "", "a", "(a) /* ) */"],
    ['do { } while (a(")"));', "do-while", "", "", 'a(")")', 'a(")")'],
    ['outer: for (const x of (await list())) { }', "for-of", "x", "await list()", "", "const x of (await list())"],
  ])("%s", (code, form, item, over, condition, header) => {
    const { nodes: [node], text } = body(code);
    if (node?.kind !== "loop") throw new Error("no loop");
    expect([node.form, node.item ?? "", text(node.over), text(node.header), node.concurrent, text(node)]).toEqual([form, item, over, header, false, code]);
    expect(text(node.condition).startsWith(condition)).toBe(true);
  });

  it("is map too: waited for or not, Array.from, a function by name", () => {
    const { nodes, text } = body(`const a = await Promise.all(list.map(async (one, i) => step.do(\`n\${i}\`, f)));
const b = list.filter(ok).map((one) => step.do("b", f));
await Promise.allSettled(Array.from({ length: 3 }, (_, n) => step.do("c", f)));
await Promise.all(list.map(charge));
const plain = list.map((one) => one.id);`, "async function charge(id) { await crm.deals.get(id); }");
    expect(nodes.map((node) => (node.kind === "loop" ? [node.form, node.item, text(node.over), node.concurrent, node.awaited] : node.kind))).toEqual([["map", "one, i", "list", true, true], ["map", "one", "list.filter(ok)", true, false], ["map", "_, n", "{ length: 3 }", true, true], ["map", null, "list", true, true], "code"]);
    expect(nodes[3]).toMatchObject({ block: { nodes: [{ kind: "call", helper: "charge" }] } });
  });
});

describe("what runs side by side", () => {
  it.each(["all", "allSettled", "race", "any"])("Promise.%s: a branch for each item", (mode) => {
    const { one, text } = body(`const [a, b] = await Promise.${mode}([step.do("a", f), (async () => { await step.do("b", f); await step.do("c", f); })(), ...list.map((x) => step.do("d", f)), plain()]);`);
    const node = one("parallel");
    expect(node).toMatchObject({ mode, binding: { names: ["a", "b"] }, awaited: true });
    expect(node.branches.map(text)).toEqual(['step.do("a", f)', ' await step.do("b", f); await step.do("c", f); ', '...list.map((x) => step.do("d", f))', "plain()"]);
    expect(node.branches.map(({ nodes }) => nodes.map(({ kind }) => kind))).toEqual([["step"], ["step", "step"], ["loop"], ["code"]]);
    expect(text(node.items).startsWith("[step.do")).toBe(true);
  });

  it("is code without a step in it", () => {
    expect(kinds(body("await Promise.all([a(), b()]);\nawait Promise.all(many);").nodes)).toEqual(["code", "code"]);
  });
});

describe("what may fail", () => {
  it("try, catch, finally, each on its own", () => {
    const { one, text } = body('try { await step.do("a", f); } catch ({ code }) { throw code; } finally { g(); }');
    const node = one("try");
    expect([text(node.block), text(node.handler?.param ?? null), text(node.handler?.block ?? null), text(node.finalizer)]).toEqual([' await step.do("a", f); ', "{ code }", " throw code; ", " g(); "]);
    expect(blocksOf(body("try { a(); } finally { }").one("try")).map(({ role }) => role)).toEqual(["try", "finally"]);
    expect(body("try { a(); } catch { }").one("try").handler).toMatchObject({ param: null });
  });

  it("return, throw, break, continue", () => {
    const { nodes, text } = body("a: for (;;) { if (x) break a; continue; }\nif (y) return;\nthrow new Error(z);");
    const [loop, , error] = nodes;
    expect(loop?.kind === "loop" && loop.block.nodes).toMatchObject([{ branches: [{ block: { nodes: [{ kind: "break", label: "a" }] } }] }, { kind: "continue", label: null }]);
    expect(error?.kind === "throw" && text(error.value)).toBe("new Error(z)");
  });
});
