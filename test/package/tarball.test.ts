import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cleanUp, node, pack, ran, sdk, temporaryFolder, tool } from "./package.ts";

let tarball: string;

beforeAll(async () => {
  tarball = await pack();
}, 120_000);
afterAll(cleanUp);

test("publint finds nothing to complain about", async () => {
  const { code, output } = await node(tool("publint", "src/cli.js"), ["--strict", tarball], temporaryFolder());
  expect(output).toMatch(/All good|No errors|no issues/i);
  expect(code).toBe(0);
}, 60_000);

test("its types resolve wherever ES modules do", async () => {
  const { code, output } = await node(tool("@arethetypeswrong/cli", "dist/index.js"), [tarball, "--profile", "esm-only", "--no-color", "--no-emoji"], temporaryFolder());
  for (const entry of ["everstep", "everstep/testing", "everstep/client"]) expect(output).toMatch(new RegExp(`"${entry}" +│ OK \\(ESM\\) +│ OK `));
  expect(code).toBe(0);
}, 120_000);

test("it carries what it needs and nothing of the workshop", async () => {
  const { output } = await ran("tar", ["-tzf", tarball], sdk);
  const files = output.trim().split("\n").map((path) => path.replace(/^package\//, ""));
  expect(files).toEqual(expect.arrayContaining(["bin/everstep.js", "dist/authoring/index.d.ts", "dist/testing/index.js", "dist/client/index.js", "dist/cli/main.js", "cli/templates/project/workflows/welcome.ts", "README.md"]));
  const allowed = /^(package\.json|README\.md|LICENSE|bin\/everstep\.js|dist\/.*\.(js|d\.ts)|cli\/templates\/.*)$/;
  expect(files.filter((path) => !allowed.test(path) || (/\.test\./.test(path) && !path.startsWith("cli/templates/")))).toEqual([]);
});

test("its dependencies are those that its code imports", () => {
  const { dependencies } = JSON.parse(readFileSync(`${sdk}/package.json`, "utf8")) as { dependencies: Record<string, string> };
  expect(Object.keys(dependencies).sort()).toEqual(["@babel/parser", "devalue", "esbuild", "zod"]);
});
