import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CustomFieldView } from "../client/replies.ts";
import { customFieldsPart } from "./crm-types.ts";

const sdk = fileURLToPath(new URL("..", import.meta.url));
const field = (key: string, type: string, options: string[] = [], entity = "lead"): CustomFieldView => ({ id: key, entity, key, title: `About ${key} */`, type, options, required: false });
const fields = [field("size", "number"), field("fee", "money"), field("plan", "select", ["Basic", 'Pro "2"']), field("colours", "multiselect", ["Red", "Blue"]), field("vip", "boolean"), field("due", "date"), field("segment", "text", [], "company")];

const right = `await crm.leads.create({ name: "Ada", custom: { size: 1, fee: { amount: 1990, currency: "BRL" }, plan: "Pro \\"2\\"", colours: ["Red"], vip: true, due: "2026-11-21" } });
export const plan: "Basic" | 'Pro "2"' | undefined = (await crm.leads.get("1")).custom.plan;
await crm.companies.create({ name: "Acme", custom: { segment: "a" } });`;
const custom = (given: string) => `await crm.leads.create({ name: "Ada", custom: ${given} });`;
const wrong: [what: string, program: string, said: string][] = [
  ["a name that there is not", custom("{ sise: 1 }"), "'sise' does not exist"],
  ["an option that there is not", custom('{ plan: "Gold" }'), `"Gold"' is not assignable`],
  ["one of several that there is not", custom('{ colours: ["Green"] }'), `"Green"' is not assignable`],
  ["another type", custom('{ size: "1" }'), "Type 'string' is not assignable"],
  ["an amount without its currency", custom("{ fee: { amount: 1 } }"), "'currency' is missing"],
  ["a field of an entity that has none", 'await crm.contacts.create({ name: "Ada", custom: { size: 1 } });', "Type 'number' is not assignable"],
  ["another entity's field", 'await crm.companies.create({ name: "Acme", custom: { size: 1 } });', "'size' does not exist"],
];

const folder = mkdtempSync(join(tmpdir(), "everstep-types-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the compiler says, beside the file that the command writes. */
let said = "";
beforeAll(async () => {
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const programs = [right, ...wrong.map(([, program]) => program)].map((program, index) => [`program-${index}.ts`, `import { crm } from "everstep";\n${program}\n`] as const);
  for (const [name, text] of programs) write(name, text);
  write("package.json", '{ "type": "module" }');
  write("everstep-env.d.ts", `import "everstep";\n${customFieldsPart(fields)}`);
  const compilerOptions = { strict: true, noEmit: true, module: "nodenext", target: "es2023", skipLibCheck: true, allowImportingTsExtensions: true, types: [], paths: { everstep: [join(sdk, "authoring/index.ts")] } };
  write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["everstep-env.d.ts", ...programs.map(([name]) => name)] }));
  symlinkSync(join(sdk, "../node_modules"), join(folder, "node_modules"));
  said = await promisify(execFile)(process.execPath, [join(sdk, "../node_modules/typescript/bin/tsc"), "-p", "."], { cwd: folder }).then(
    () => "",
    (error: { stdout: string }) => error.stdout,
  );
}, 60_000);
const faultsOf = (index: number) => said.split("\n").filter((line) => line.startsWith(`program-${index}.ts`));

describe("fields that a tenant has added, as types", () => {
  it("take what the field takes", () => {
    expect(faultsOf(0)).toEqual([]);
  });

  it.each(wrong.map(([what, , fault], index) => [what, fault, index + 1] as const))("make %s a compile error", (_, fault, index) => {
    expect(said.slice(said.indexOf(`program-${index}.ts`))).toContain(fault);
    expect(faultsOf(index)).toHaveLength(1);
  });

  it("are written so that no title ends its comment", () => {
    expect(customFieldsPart(fields)).toContain("/** About size * / */\n      size: number;");
    expect(readFileSync(join(folder, "everstep-env.d.ts"), "utf8")).not.toContain("About size */");
  });
});
