import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DeploymentRequest } from "../../sdk/schema/manifest.ts";
import { Ground, hostile } from "./ground.ts";

let ground: Ground;

beforeAll(async () => {
  ground = await Ground.open();
  await ground.mallory.deploy(hostile('return "the first"'));
}, 120_000);
afterAll(() => ground?.close());

const withWorkflow = (code: string): DeploymentRequest => hostile(`export class Attack extends WorkflowEntrypoint { async run() {} }\n${code}`);
/** On line 3: after the import and the class. */
const at = (message: string): RegExp => new RegExp(`^attack\\.js:3:\\d+ .*${message}`, "s");

describe("code that attacks while it is loaded", () => {
  const attacks: Array<[title: string, code: string, why: RegExp]> = [
    ["an endless loop", "for (;;);", at("is there an endless loop")],
    ["an endless loop that catches", "for (;;) { try { for (;;); } catch {} }", at("is there an endless loop")],
    ["memory without end", "const a = []; for (;;) a.push(new Uint8Array(1e6));", at("of memory")],
    ["2 GB at once", "new ArrayBuffer(2 ** 31);", at("one may have 64 MiB")],
    ["endless recursion", "const f = () => f() + 1; f();", at("Maximum call stack")],
    ["a promise that never settles", "await new Promise(() => {});", /Top-level await in module is unsettled/],
    ["eval", 'eval("1");', at("Code generation from strings disallowed")],
    ["new Function", 'new Function("return 1");', at("Code generation from strings disallowed")],
    ["a request", 'await fetch("http://example.com/");', at("Disallowed operation called within global scope")],
    ["an error", 'throw new Error("boo");', at("boo")],
  ];

  test.each(attacks)("%s: the deployment is refused with file, line and reason", { timeout: 60_000 }, async (_title, code, why) => {
    expect(await ground.refused(withWorkflow(code))).toMatch(why);
  });

  test("an endless loop in what the manifest asks for: refused", { timeout: 60_000 }, async () => {
    const code = "export class Attack extends WorkflowEntrypoint { static get id() { for (;;); } async run() {} }";
    expect(await ground.refused(hostile(code))).toMatch(/is there an endless loop/);
  });
});

describe("modules that tenants do not have", () => {
  const imports: Array<[specifier: string, why: string]> = [
    ["cloudflare:sockets", "raw sockets are not available"],
    ["node:vm", "not available"],
    ["node:child_process", "not available"],
    ["node:worker_threads", "not available"],
    ["node:module", "not available"],
    ["data:text/javascript,for(;;);", "not available"],
    ["https://example.com/a.js", "not available"],
    ["file:///etc/passwd", "not available"],
    ["everstep:guard-core", "belongs to the platform"],
    ["./everstep:guard", "a character that paths of modules must not have"],
    ["../runtime.js", "points outside of the bundle"],
    ["./a/../../main.js", "points outside of the bundle"],
    ["/runtime.js", "is not in the bundle"],
  ];

  test.each(imports)("%s is refused, imported or loaded on demand", async (specifier, why) => {
    expect(await ground.refused(withWorkflow(`import ${JSON.stringify(specifier)};`))).toMatch(at(why));
    expect(await ground.refused(withWorkflow(`export const f = () => import(${JSON.stringify(specifier)});`))).toMatch(at(why));
    expect(await ground.refused(withWorkflow(`export * from ${JSON.stringify(specifier)};`))).toMatch(at(why));
  });

  test("a name that is made at run time is refused", async () => {
    expect(await ground.refused(withWorkflow('const name = "cloudflare:" + "sockets"; export const f = () => import(name);'))).toMatch(at("import\\(\\) needs a literal path"));
  });

  test.each(["../main.js", "/main.js", "a/../../main.js", "everstep:guard-core", "main.wasm", "a.js\u0000.js"])("a module at the path %j is refused", async (path) => {
    expect(await ground.refused(hostile("", { [path]: "export default 1" }))).toMatch(/module paths are relative/);
  });
});

test("after all of it, what was deployed before still runs, and nothing else is deployed", async () => {
  const { data } = await ground.mallory.expect(ground.mallory.get<{ data: Array<{ version: number }> }>("/deployments"), 200);
  expect(data.map(({ version }) => version)).toEqual([1]);
  expect(await ground.run()).toMatchObject({ status: "completed", output: "the first", version: 1 });
});
