import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { bundleForDeploy, bundleName } from "./index.ts";
import { toOriginal } from "./positions.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A project on disk. */
function project(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "everstep-bundle-"));
  folders.push(root);
  for (const [path, text] of Object.entries({ "package.json": "{}", ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const flow = (id: string): string => `{ id: ${JSON.stringify(id)} }`;

/** What the bundle exports, by name. */
async function load(target: string): Promise<Record<string, unknown>> {
  const { request } = await bundleForDeploy(target);
  const code = request.modules[request.main] ?? "";
  return { ...((await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`)) as Record<string, unknown>) };
}

test("what each export is, in which file, travels along", async () => {
  const root = project({ "workflows/a.ts": `export default ${flow("a")}; export const shared = 1;`, "workflows/deep/b.ts": `export const shared = 2;` });
  const { request } = await bundleForDeploy(root);
  expect(request.exports).toEqual({
    wf_workflows_a: { file: "workflows/a.ts", name: "default" },
    shared: { file: "workflows/a.ts", name: "shared" },
    shared_workflows_deep_b: { file: "workflows/deep/b.ts", name: "shared" },
  });
});

test("of several files those that are named are in, and no others", async () => {
  const root = project({ "workflows/a.ts": `export default ${flow("a")};`, "workflows/b.ts": `export const b = 2;`, "workflows/c.ts": `export const c = 3;` });
  const { request } = await bundleForDeploy(["c", "a"].map((name) => join(root, "workflows", `${name}.ts`)));
  expect(Object.keys(request.exports ?? {})).toEqual(["c", "wf_workflows_a"]);
});

test("a folder with .everstepignore is left out, unless something of it is named", async () => {
  const root = project({ "workflows/a.ts": `export default ${flow("a")};`, "workflows/examples/.everstepignore": "", "workflows/examples/deep/b.ts": `export default ${flow("b")};` });
  const [all, one] = [await bundleForDeploy(root), await bundleForDeploy(join(root, "workflows/examples/deep/b.ts"))];
  expect([Object.keys(all.request.exports ?? {}), Object.keys(one.request.exports ?? {})]).toEqual([["wf_workflows_a"], ["wf_workflows_examples_deep_b"]]);
});

test("the source map that travels along names files of packages by their place in node_modules, and holds no code", async () => {
  const root = project({
    "app/package.json": "{}",
    "app/workflows/a.ts": `import { p } from "p"; export const a = () => p();`,
    "node_modules/p/package.json": `{ "name": "p", "type": "module", "exports": "./p.js" }`,
    "node_modules/p/p.js": `export const p = () => 2;`,
  });
  const { request } = await bundleForDeploy(join(root, "app"));
  expect(request.maps?.[bundleName]?.sources).toEqual(["node_modules/p/p.js", "workflows/a.ts"]);
  expect(JSON.stringify(request.maps)).not.toContain("() =>");
});

test("every file of a folder is in, also several default exports and equal names", async () => {
  const root = project({
    "workflows/a.ts": `export default ${flow("a")}; export const shared = 1;`,
    "workflows/deep/b.ts": `export default ${flow("b")}; export const shared = 2;`,
    "workflows/deep/c.ts": `export * from "../helpers/text.ts"; export class Import {}`,
    "workflows/helpers/text.ts": `export const upper = (text: string): string => text.toUpperCase();`,
  });
  const exported = await load(join(root, "workflows"));
  expect(Object.values(exported)).toEqual(expect.arrayContaining([{ id: "a" }, { id: "b" }, 1, 2, expect.any(Function)]));
  expect(Object.keys(exported)).toContain("Import");
});

test("tests, declarations, and names that begin with _ or . stay out", async () => {
  const root = project({
    "workflows/a.ts": `export const a = ${flow("a")};`,
    "workflows/a.test.ts": `throw new Error("a test was bundled");`,
    "workflows/a.spec.ts": `throw new Error("a test was bundled");`,
    "workflows/_draft.ts": `throw new Error("a draft was bundled");`,
    "workflows/.hidden/x.ts": `throw new Error("a hidden file was bundled");`,
    "workflows/types.d.ts": `declare const nothing: never;`,
  });
  expect(await load(join(root, "workflows"))).toEqual({ a: { id: "a" } });
});

test("an index.ts speaks for its folder", async () => {
  const root = project({ "workflows/index.ts": `export { a as chosen } from "./a.ts";`, "workflows/a.ts": `export const a = ${flow("a")}; export const b = ${flow("b")};` });
  expect(await load(join(root, "workflows"))).toEqual({ chosen: { id: "a" } });
});

test("a project's folder stands for its workflows", async () => {
  const root = project({ "workflows/a.ts": `export const a = ${flow("a")};`, "vite.config.ts": `export default 1;` });
  expect(await load(root)).toEqual({ a: { id: "a" } });
});

test("the sources that travel along are the project's own, by path from its package.json", async () => {
  const root = project({
    "workflows/a.ts": `import { b } from "../lib/b.ts"; import { p } from "p"; export const a = b + p;`,
    "lib/b.ts": `export const b = 1;`,
    "node_modules/p/package.json": `{ "name": "p", "type": "module", "exports": "./p.js" }`,
    "node_modules/p/p.js": `export const p = 2;`,
  });
  const { request } = await bundleForDeploy(join(root, "workflows/a.ts"));
  expect(Object.keys(request.sources).sort()).toEqual(["lib/b.ts", "workflows/a.ts"]);
  expect(request.sources["lib/b.ts"]).toBe(`export const b = 1;`);
});

test("a project without its own everstep and zod gets those of the command", async () => {
  const root = project({ "a.ts": `import { workflow } from "everstep"; import { z } from "zod"; export default workflow({ id: "a", input: z.object({}) }, async () => 1);` });
  expect(Object.values(await load(join(root, "a.ts")))).toEqual([expect.objectContaining({ id: "a" })]);
});

test("zod's other languages come along only when they are asked for", async () => {
  const size = async (code: string): Promise<number> => (await bundleForDeploy(join(project({ "a.ts": code }), "a.ts"))).request.modules[bundleName]?.length ?? 0;
  const plain = await size(`import { z } from "zod"; export const a = z.string();`);
  const german = await size(`import { z } from "zod"; z.config(z.locales.de()); export const a = z.string();`);
  expect(german).toBeGreaterThan(plain + 100_000);
});

test("a mistake is told with file, line and column", async () => {
  const root = project({ "workflows/a.ts": `export const a = 1;\nexport const b = ;\n` });
  await expect(bundleForDeploy(join(root, "workflows"))).rejects.toThrow('workflows/a.ts:2:18: Unexpected ";"');
});

test("an import that leads nowhere is told with its place", async () => {
  const root = project({ "a.ts": `import { x } from "./gone.ts";\nexport const a = x;\n` });
  await expect(bundleForDeploy(join(root, "a.ts"))).rejects.toThrow('a.ts:1:19: Could not resolve "./gone.ts"');
});

test("a folder without exports, and one without files, are refused", async () => {
  await expect(bundleForDeploy(project({ "workflows/a.ts": "1 + 1;" }))).rejects.toThrow("no file exports anything (workflows/a.ts)");
  const empty = project({});
  mkdirSync(join(empty, "workflows"));
  await expect(bundleForDeploy(join(empty, "workflows"))).rejects.toThrow("no TypeScript file is there");
});

test("a place in the bundle is told as the place in the TypeScript", async () => {
  const root = project({ "lib/b.ts": `type T = 1;\n\nexport function fail(): never {\n  throw new Error("here");\n}\n`, "a.ts": `import { fail } from "./lib/b.ts";\nexport const a = fail;\n` });
  const { request, map } = await bundleForDeploy(join(root, "a.ts"));
  const lines = (request.modules[bundleName] ?? "").split("\n");
  const line = lines.findIndex((text) => text.includes("throw new Error"));
  const column = (lines[line] ?? "").indexOf("new Error") + 1;
  expect(toOriginal(`at bundle/${bundleName}:${line + 1}:${column}`, bundleName, map)).toBe("at lib/b.ts:4:9");
});
