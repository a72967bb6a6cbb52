import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { VariableView } from "../../sdk/schema/variable.ts";
import { cleanUp, everstep, type LocalServer, repository, startServer, temporaryFolder } from "./server.ts";

let server: LocalServer;
let project: string;

beforeAll(async () => {
  server = await startServer(temporaryFolder());
  project = temporaryFolder();
  mkdirSync(join(project, "node_modules"));
  mkdirSync(join(project, "workflows"));
  for (const [name, target] of [["everstep", "sdk"], ["zod", "node_modules/zod"], ["typescript", "node_modules/typescript"]] as const) symlinkSync(join(repository, target), join(project, "node_modules", name));
  writeFileSync(join(project, "package.json"), '{"type":"module"}');
  writeFileSync(join(project, "tsconfig.json"), readFileSync(join(repository, "sdk/cli/templates/project/tsconfig.json")));
});
afterAll(cleanUp);

const run = (args: string[], input?: string) => everstep(args, { data: server.data, cwd: project, ...(input === undefined ? {} : { input }) });
async function set(args: string[], input?: string): Promise<VariableView> {
  const { code, stdout, stderr } = await run(["variables", "set", ...args, "--json"], input);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as VariableView;
}

describe("everstep variables", () => {
  test("sets, changes, lists and deletes variables of each type", async () => {
    expect(await set(["API_URL", "https://api.example.com"])).toMatchObject({ type: "string", value: "https://api.example.com", workflow_id: null });
    expect(await set(["LIMIT", "5", "--type", "number"])).toMatchObject({ type: "number", value: 5 });
    expect(await set(["LIMIT", "9"])).toMatchObject({ type: "number", value: 9 });
    expect(await set(["FLAGS", "--type", "json", "--workflow", "hello", "--description", "switches"], '{"a":[1]}\n')).toMatchObject({ value: { a: [1] }, workflow_id: "hello", description: "switches" });
    const { stdout } = await run(["variables", "list"]);
    expect(stdout).toMatch(/API_URL +string +all workflows +"https:\/\/api\.example\.com"\nLIMIT +number +all workflows +9\nFLAGS +json +hello +\{"a":\[1\]\} +switches\n/);
    expect(await run(["variables", "unset", "FLAGS"])).toMatchObject({ code: 4, stderr: expect.stringContaining("there is no variable FLAGS") });
    expect(await run(["variables", "unset", "FLAGS", "--workflow", "hello"])).toMatchObject({ code: 0, stdout: "Deleted FLAGS\n" });
  });

  test("takes secrets from standard input alone, and shows none", async () => {
    const value = "sk_live_from_standard_input";
    const made = await run(["variables", "set", "STRIPE_KEY", "--type", "secret", "--hosts", "api.stripe.com, *.stripe.com"], `${value}\n`);
    expect(made).toMatchObject({ code: 0, stdout: "Set STRIPE_KEY (secret, for api.stripe.com, *.stripe.com)\n" });
    const changed = await run(["variables", "set", "STRIPE_KEY"], `${value}_2`);
    const { stdout } = await run(["variables", "list", "--json"]);
    expect(changed.stdout + stdout).not.toContain(value);
    expect(changed.stdout).toMatch(/^Changed STRIPE_KEY/);
  });

  test.each([
    [["set", "STRIPE_KEY", "on-the-command-line"], "would stay in the shell's history"],
    [["set", "OTHER_KEY", "--type", "secret"], "needs --hosts"],
    [["set", "LIMIT", "nine"], '"nine" is not a number'],
    [["set", "API_URL", "x", "--hosts", "a.example.com"], "--hosts is for secrets"],
    [["set", "LIMIT", "9", "--type", "string"], "another type is another variable"],
    [["set"], "knows list, set NAME [VALUE] and unset NAME"],
  ])("refuses %j", async (args, message) => {
    const { code, stderr } = await run(["variables", ...args], "");
    expect([code, stderr]).toEqual([message.includes("another type") ? 4 : 2, expect.stringContaining(message)]);
  });
});

test("everstep types gives vars and secrets their names and types", { timeout: 60_000 }, async () => {
  await set(["SOMETIMES", "true", "--type", "boolean", "--workflow", "hello"]);
  const check = async (body: string) => {
    writeFileSync(join(project, "workflows/hello.ts"), `import { workflow } from "everstep";\nexport const hello = workflow({ id: "hello" }, async ({ vars, secrets }) => {\n${body}\n});\n`);
    return run(["types"]);
  };
  const good = await check("const url: string = vars.API_URL; const headers: Record<string, string> = { a: secrets.STRIPE_KEY }; const sometimes: boolean | undefined = vars.SOMETIMES; const other: unknown = vars.OTHER; return [url, vars.LIMIT + 1, headers, sometimes, other];");
  expect(good).toMatchObject({ code: 0, stderr: "" });
  const bad = await check("vars.LIMIT = 1;\nconst url: number = vars.API_URL;\nreturn url;");
  expect(bad.code).toBe(1);
  expect(bad.stdout).toMatch(/hello\.ts\(3,\d+\): .*read-only[^]*hello\.ts\(4,\d+\)/);
});
