import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cleanUp, node, npm, pack, temporaryFolder } from "./package.ts";

/** Holds the installed command. */
let home: string;
/** Made by `everstep init`, dependencies installed. */
let project: string;

const command = (args: readonly string[], cwd: string) => node(join(home, "node_modules/everstep/bin/everstep.js"), args, cwd);
const compile = (config: string) => node(join(project, "node_modules/typescript/bin/tsc"), ["-p", config], project);

beforeAll(async () => {
  home = temporaryFolder();
  const tarball = await pack();
  const installed = await npm(["install", "--prefix", home, tarball], home);
  if (installed.code !== 0) throw new Error(installed.output);
  project = join(home, "my-workflows");
  const made = await command(["init", "my-workflows"], home);
  if (made.code !== 0) throw new Error(made.output);
  const fetched = await npm(["install"], project);
  if (fetched.code !== 0) throw new Error(fetched.output);
}, 300_000);
afterAll(cleanUp);

test("the project that init makes type-checks", async () => {
  expect(await compile("tsconfig.json")).toEqual({ code: 0, output: "" });
}, 120_000);

test("its test passes, through the command", async () => {
  const { code, output } = await node(join(project, "node_modules/everstep/bin/everstep.js"), ["test"], project);
  expect(output).toMatch(/1 passed/);
  expect(code).toBe(0);
}, 120_000);

test("init overwrites nothing", async () => {
  const before = readFileSync(join(project, "workflows/welcome.ts"), "utf8");
  const { code, output } = await command(["init", "my-workflows"], home);
  expect(code).toBe(2);
  expect(output).toContain("my-workflows is not empty");
  expect(readFileSync(join(project, "workflows/welcome.ts"), "utf8")).toBe(before);
});

test("init leaves a README and a .gitignore that are there alone", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "README.md"), "mine");
  writeFileSync(join(folder, ".gitignore"), "mine");
  expect((await command(["init"], folder)).code).toBe(0);
  expect(readFileSync(join(folder, "README.md"), "utf8")).toBe("mine");
  expect(readFileSync(join(folder, ".gitignore"), "utf8")).toBe("mine");
  expect(existsSync(join(folder, "_gitignore"))).toBe(false);
});

const sample = `
import { createClient } from "everstep/client";
import { NonRetryableError, on, workflow } from "everstep";
import { z } from "zod";

export const child = workflow({ id: "child", input: z.object({ total: z.number() }) }, async ({ input }) => ({ paid: input.total }));

export default workflow(
  {
    id: "parent",
    input: z.object({ name: z.string(), at: z.coerce.date() }),
    events: { paid: z.object({ ok: z.boolean() }) },
    on: [on.manual(), on.webhook({ path: "shop", scheme: "github", events: ["push"] })],
  },
  async ({ input, step }) => {
    const year: number = input.at.getFullYear();
    const length: number = await step.do("count", { retries: { limit: 2, delay: "1 second" } }, async ({ attempt }) => input.name.length + attempt + year);
    const { payload } = await step.waitForEvent("payment", { type: "paid", timeout: "1 day" });
    const ok: boolean = payload.ok;
    if (!ok) throw new NonRetryableError("not paid");
    const { paid } = await step.invoke("child", child, { total: length });
    // @ts-expect-error the child's input is checked
    await step.invoke("child again", child, { total: "one" });
    const exact: number = paid;
    // @ts-expect-error the input's type is the schema's
    input.missing;
    return { exact };
  },
);

const client = createClient({ url: "http://127.0.0.1:8787", apiKey: "es_x" });
export const started: Promise<{ execution_id: string }> = client.workflows.start("parent", { name: "Ada" });
`;

test.each([
  ["nodenext", { module: "NodeNext", moduleResolution: "NodeNext" }],
  ["bundler", { module: "ESNext", moduleResolution: "Bundler" }],
])("a workflow is typed to the last field under strict %s", async (name, resolution) => {
  mkdirSync(join(project, "samples"), { recursive: true });
  writeFileSync(join(project, "samples/sample.ts"), sample);
  const compilerOptions = { ...resolution, target: "ES2022", lib: ["ES2023", "DOM"], types: [], strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noEmit: true, skipLibCheck: false };
  writeFileSync(join(project, `tsconfig.${name}.json`), JSON.stringify({ compilerOptions, files: ["samples/sample.ts"] }));
  expect(await compile(`tsconfig.${name}.json`)).toEqual({ code: 0, output: "" });
}, 120_000);

test("the file that `everstep types` writes types the client, and the fields of records", async () => {
  writeFileSync(
    join(project, "samples/env.d.ts"),
    `import "everstep/client";\ndeclare module "everstep/client" { interface Workflows { "welcome": { input: { name: string } } } }\ndeclare module "everstep" { interface CustomFields { lead: { plan: "Basic" | "Pro" }; contact: Record<string, never> } }\n`,
  );
  writeFileSync(
    join(project, "samples/client.ts"),
    `import { createClient } from "everstep/client";
const client = createClient({ url: "http://127.0.0.1:8787", apiKey: "es_x" });
void client.workflows.start("welcome", { name: "Ada" });
// @ts-expect-error the name is a text
void client.workflows.start("welcome", { name: 1 });
void client.workflows.start("of another deployment", { anything: 1 });
import { crm } from "everstep";
void crm.leads.create({ name: "Ada", custom: { plan: "Pro" } });
// @ts-expect-error there is no such option
void crm.leads.create({ name: "Ada", custom: { plan: "Gold" } });
// @ts-expect-error there is no such field
void crm.leads.create({ name: "Ada", custom: { plam: "Pro" } });
// @ts-expect-error contacts have none
void crm.contacts.create({ name: "Ada", custom: { plan: "Pro" } });
`,
  );
  const compilerOptions = { module: "NodeNext", target: "ES2022", lib: ["ES2023", "DOM"], types: [], strict: true, noEmit: true };
  writeFileSync(join(project, "tsconfig.client.json"), JSON.stringify({ compilerOptions, files: ["samples/env.d.ts", "samples/client.ts"] }));
  expect(await compile("tsconfig.client.json")).toEqual({ code: 0, output: "" });
}, 120_000);
