/** `everstep check`, in a project of its own. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "vitest";

const repository = fileURLToPath(new URL("../../../", import.meta.url));
const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

function project(files: Record<string, string>, packages: readonly string[] = ["everstep", "zod", "typescript"]): string {
  const root = mkdtempSync(join(tmpdir(), "everstep-check-"));
  folders.push(root);
  mkdirSync(join(root, "node_modules"));
  for (const name of packages) symlinkSync(name === "everstep" ? join(repository, "sdk") : join(repository, "node_modules", name), join(root, "node_modules", name));
  for (const [path, text] of Object.entries({ "package.json": '{ "type": "module" }', ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const check = (root: string, ...args: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [join(repository, "sdk/bin/everstep.js"), "check", ...args], { cwd: root, env: { ...process.env, NO_COLOR: "1" } }, (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }));
  });

const greet = (body: string) => `import { on, workflow } from "everstep";\nexport default workflow({ id: "greet", on: [on.event("lead.created")] }, async ({ input }) => {\n  ${body}\n});\n`;

it("says that nothing is wrong, and leaves nothing behind", async () => {
  const root = project({ "workflows/greet.ts": greet("return input.name;") });
  expect(await check(root)).toEqual({ code: 0, stdout: "✓ 1 file: nothing is wrong\n", stderr: "" });
  expect(readdirSync(root).sort()).toEqual(["node_modules", "package.json", "workflows"]);
});

it("tells a wrong type with file, line and column, and exits with 1", async () => {
  const { code, stdout } = await check(project({ "workflows/greet.ts": greet("return input.nome;") }), "workflows/greet.ts");
  expect([code, stdout]).toEqual([1, expect.stringMatching(/^workflows\/greet\.ts:3:16: error TS2339: Property 'nome' does not exist/)]);
});

it("tells what does not build, and exits with 4; as JSON for scripts", async () => {
  const { code, stdout } = await check(project({ "workflows/greet.ts": `import "./missing.ts";\n${greet("return (1;")}` }), "--json");
  expect(code).toBe(4);
  const { ok, files, types, diagnostics } = JSON.parse(stdout);
  expect({ ok, files, types }).toEqual({ ok: false, files: ["workflows/greet.ts"], types: "checked" });
  expect(diagnostics).toEqual(expect.arrayContaining([expect.objectContaining({ file: "workflows/greet.ts", line: 4, severity: "error" })]));
});

it("follows the paths of the project's tsconfig.json", async () => {
  const tsconfig = JSON.stringify({ compilerOptions: { strict: true, target: "ES2024", lib: ["ES2024", "DOM"], module: "ESNext", moduleResolution: "Bundler", types: [], skipLibCheck: true, allowImportingTsExtensions: true, noEmit: true, paths: { "@/*": ["./lib/*"] } } });
  const root = project({ "tsconfig.json": tsconfig, "lib/rates.ts": "export const rate = 2;", "workflows/greet.ts": `import { rate } from "@/rates.ts";\n${greet("const text: string = rate; return text + input.name;")}` });
  expect(await check(root)).toMatchObject({ code: 1, stdout: expect.stringContaining("workflows/greet.ts:4:9: error TS2322") });
});

it("says what to do where there is no TypeScript, after telling what does not build", async () => {
  const { code, stdout, stderr } = await check(project({ "workflows/greet.ts": greet("return (1;") }, ["everstep", "zod"]));
  expect([code, stdout]).toEqual([2, expect.stringContaining("workflows/greet.ts:3:")]);
  expect(stderr).toBe("error: types were not checked: typescript is not installed in this project\nnpm install --save-dev typescript\n");
});
