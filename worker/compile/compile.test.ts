import { describe, expect, it } from "vitest";
import { hello } from "../http/testing/sources.ts";
import { type Compiled, compileSources, mostCharacters, mostFiles } from "./index.ts";
import { inSources } from "./places.ts";

const problemsOf = (files: Record<string, string>, main = "a.ts"): string[] => {
  const compiled = compileSources(files, main);
  return compiled.ok ? [] : compiled.problems.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`);
};
const requestOf = (files: Record<string, string>, main = "a.ts"): Extract<Compiled, { ok: true }>["request"] => {
  const compiled = compileSources(files, main);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.request;
};

describe("compiling", () => {
  it("takes types away, keeps every line, and puts the libraries beside", () => {
    const source = hello("`a`").replace("on, workflow", "on, type Step, workflow").replace("\n", '\nimport { z } from "zod/v4";\nexport const n = z.number();\n');
    const { main, modules, exports, sources } = requestOf({ "workflows/hello.ts": source }, "workflows/hello.ts");
    expect(main).toBe("workflows/hello.js");
    expect(Object.keys(modules).sort()).toEqual(["node_modules/everstep.js", "node_modules/zod.js", "workflows/hello.js"]);
    const lines = modules[main]?.split("\n") ?? [];
    expect(lines).toHaveLength(source.split("\n").length);
    expect(lines[0]).toBe('import { on, workflow } from "../node_modules/everstep.js";');
    expect(lines[7]).toBe('  const greeting = await step.do("greet", async () => ({ text: `a` }));');
    expect(exports).toEqual({ n: { file: "workflows/hello.ts", name: "n" }, hello: { file: "workflows/hello.ts", name: "hello" } });
    expect(sources).toEqual({ "workflows/hello.ts": source });
  });

  it("follows relative imports as the compiler of TypeScript does, and leaves out what nobody imports", () => {
    const files = {
      "flows/a.ts": 'import { b } from "./b";\nimport { c } from "../lib/c.js";\nimport { d } from "./d";\nimport type { E } from "./types.ts";\nexport * from "./f.mjs";\nexport const all: E[] = [b, c, d, await import("./g.ts")];',
      "flows/b.ts": "export const b = 1;",
      "lib/c.ts": "export const c = 2;",
      "flows/d/index.ts": "export const d = 3;",
      "flows/types.ts": 'import type Stripe from "stripe";\nexport type E = unknown | Stripe;',
      "flows/f.mts": "export const f = 4; export default 5;",
      "flows/g.ts": "export default 6;",
      "flows/alone.ts": 'import "nowhere";',
    };
    const { modules, sources, exports } = requestOf(files, "flows/a.ts");
    expect(Object.keys(modules).sort()).toEqual(["flows/a.js", "flows/b.js", "flows/d/index.js", "flows/f.mjs", "flows/g.js", "lib/c.js"]);
    expect(modules["flows/a.js"]).toContain('from "../lib/c.js"');
    expect(modules["flows/a.js"]).toContain('import("./g.js")');
    expect(Object.keys(sources).sort()).toEqual(["flows/a.ts", "flows/b.ts", "flows/d/index.ts", "flows/f.mts", "flows/g.ts", "flows/types.ts", "lib/c.ts"]);
    expect(exports).toEqual({ all: { file: "flows/a.ts", name: "all" }, f: { file: "flows/f.mts", name: "f" } });
  });

  it("takes files of JavaScript as they are", () => {
    expect(requestOf({ "a.ts": 'export { b } from "./b.js";', "b.js": "export const b = 1 ;" }).modules["b.js"]).toBe("export const b = 1 ;");
  });
});

describe("what cannot be compiled", () => {
  it.each([
    ["a package", 'import { z } from "zod";\n\nimport Stripe from "stripe";\nnew Stripe(z);', '3:20 "stripe" is a package, and what is published from here imports only files of its own, "everstep" and "zod". Deploy it from a repository with `everstep deploy`'],
    ["a part of a package", 'import "everstep/client";', '1:8 "everstep/client" is a package'],
    ["a file that is not there", 'import type { A } from "./b.ts";', '1:24 there is no file for "./b.ts"'],
    ["a file outside", 'import "../../b.ts";', '1:8 there is no file for "../../b.ts"'],
    ["a syntax error", "const a = 1;\n  const b: = 2;", "2:12 Unexpected token"],
    ["a namespace", "\n namespace A { export const b = 1; }", "2:2 a namespace is more than types"],
    ["an export of CommonJS", "export = 1;", "1:1 `export =` is CommonJS"],
    ["an import of CommonJS", 'import a = require("a");', "1:1 `import … =` is CommonJS"],
    ["a decorator", "@a class B {}", "1:1 This experimental syntax requires"],
    ["markup", "const a = <div>b</div>;", "1:"],
  ])("is refused at its place: %s", (_, source, message) => {
    expect(problemsOf({ "a.ts": source })[0]?.slice(0, `a.ts:${message}`.length)).toBe(`a.ts:${message}`);
  });

  it("is told of every file that is reached", () => {
    expect(problemsOf({ "a.ts": 'import "./b.ts";\nconst = 1;', "b.ts": "\nconst = 2;" }).map((one) => one.split(" ")[0])).toEqual(["a.ts:2:7"]);
    expect(problemsOf({ "a.ts": 'import "./b.ts";\nnamespace A { f(); }', "b.ts": "\nconst = 2;" }).map((one) => one.split(" ")[0])).toEqual(["a.ts:2:1", "b.ts:2:7"]);
  });

  it("is what is too much, and what would be two modules of one name", () => {
    const many = Object.fromEntries(Array.from({ length: mostFiles + 1 }, (_, index) => [index === 0 ? "a.ts" : `f${index}.ts`, `import "./f${index + 1}.ts";`]));
    expect(problemsOf(many)[0]).toContain(`it takes more than ${mostFiles} files`);
    expect(problemsOf({ "a.ts": `//${" ".repeat(mostCharacters)}` })[0]).toContain("1,000,000 characters");
    expect(problemsOf({ "a.ts": 'import "./b.js";\nimport "./b.ts";', "b.js": "", "b.ts": "" })[0]).toContain("it compiles to b.js, and that file is there too");
    expect(problemsOf({}, "a.ts")).toEqual(["a.ts:0:0 there is no such file"]);
  });

  it("is only what is left when types are gone: a package of which types alone are used is none", () => {
    expect(problemsOf({ "a.ts": 'import type { A } from "stripe";\nimport { B } from "stripe";\nexport const c = (a: A, b: B) => [a, b];' })).toEqual([]);
  });
});

describe("a place in a compiled module", () => {
  it("is told in the file it was compiled from", () => {
    const source = 'import { workflow } from "everstep"; const a: Record<string, number> = {}; let b = a as unknown as string, c = (1 as number).foo;';
    const request = requestOf({ "x/a.ts": source }, "x/a.ts");
    const code = request.modules["x/a.js"] ?? "";
    const at = inSources(request)({ file: "x/a.js", line: 1, column: code.indexOf("foo") + 1, message: "no" });
    expect(at).toEqual({ file: "x/a.ts", line: 1, column: source.indexOf("foo") + 1, message: "no" });
    expect(inSources(request)({ file: "", line: 0, column: 0, message: "no" })).toMatchObject({ file: "x/a.ts" });
  });
});
