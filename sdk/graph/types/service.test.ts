/**
 * What the checker says of workflows, with the libraries that the Worker checks with
 * (.build/typelibs.txt).
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript-js";
import { describe, expect, it } from "vitest";
import { diagnostic } from "../../schema/diagnostic.ts";
import { createTypeService } from "./service.ts";

const root = new URL("../../../", import.meta.url);
const libraries = JSON.parse(readFileSync(new URL(".build/typelibs.txt", root), "utf8")) as Record<string, string>;
const service = createTypeService(ts, libraries);

const head = 'import { actions, crm, on, workflow } from "everstep";\nimport { z } from "zod";\n';
const tenant = { "everstep-env.d.ts": 'import "everstep";\ndeclare module "everstep" { interface CustomFields { lead: { plan: "basic" | "pro"; seats: number } }\n interface Variables { readonly REGION: string } }\n' };

describe("what is right", () => {
  it("is every workflow of the repository", () => {
    const folder = fileURLToPath(new URL("workflows", root));
    const sources = readdirSync(folder).filter((name) => /^[^.]+\.ts$/.test(name)).map((name) => [`workflows/${name}`, readFileSync(`${folder}/${name}`, "utf8")] as const);
    expect(sources.length).toBeGreaterThan(6);
    expect(service.check(Object.fromEntries(sources))).toEqual([]);
  });

  it("is Cloudflare's class form, with what the sandbox offers", () => {
    const source = [
      'import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";',
      'import { NonRetryableError } from "cloudflare:workflows";',
      'import { createHash } from "node:crypto";',
      "export class Order extends WorkflowEntrypoint<unknown, { id: string }> {",
      "  override async run(event: Readonly<WorkflowEvent<{ id: string }>>, step: WorkflowStep) {",
      '    const id: string = await step.do("read", { retries: { limit: 3, delay: "5 seconds" } }, async () => event.payload.id);',
      '    if (id === "") throw new NonRetryableError("no id");',
      '    const answer = await fetch(new URL("https://example.com"), { method: "POST", headers: { a: "b" }, body: JSON.stringify({ id }) });',
      '    console.log(await answer.json(), createHash("sha256"), crypto.randomUUID(), structuredClone({ id }), Buffer.from(id).toString("base64"));',
      '    await new Promise((done) => setTimeout(done, 5));',
      "    return new TextDecoder().decode(new TextEncoder().encode(id));",
      "  }",
      "}",
    ].join("\n");
    expect(service.check({ "order.ts": source })).toEqual([]);
  });

  it("is what files of a project give each other, by their names with and without the ending", () => {
    expect(service.check({ "workflows/a.ts": 'import { rate } from "../lib/rates.ts";\nimport { more } from "../lib/rates";\nexport const total: number = rate + more;', "lib/rates.ts": "export const rate = 1;\nexport const more = 2;" })).toEqual([]);
  });
});

describe("what is wrong", () => {
  /** Each on a line of its own, in a file with all the others. */
  const wrong = {
    'await crm.leads.update("l", { colour: "red" });': "'colour' does not exist",
    'await crm.leads.update("l", { status: "gone" });': "not assignable",
    'await crm.leads.update("l", { converted_at: "2026-01-01T00:00:00Z" });': "'converted_at' does not exist",
    "await crm.leads.create({ email: null });": "'name' is missing",
    'await crm.leads.find({ filter: { score: "high" } });': "not assignable",
    'await crm.leads.find({ sort: "colour" });': "not assignable",
    'await crm.contacts.get("c", { reveal: ["colour"] });': "not assignable",
    "await crm.ships.find();": "'ships' does not exist",
    'await actions.assign({ record: { type: "lead", id: "l" }, strategy: "random" });': "not assignable",
    "await actions.createTask({});": "'title' is missing",
    'workflow({ id: "a", on: [on.event("ticket.created")] }, async ({ input }) => input.colour);': "'colour' does not exist",
    'workflow({ id: "b", on: [on.event("ticket.created", { filter: { priority: "urgent" } })] }, async () => 1);': "not assignable",
    'workflow({ id: "c", on: [on.event("lead.created"), on.manual()] }, async ({ input }) => input.id);': "'input' is of type 'unknown'",
    'workflow({ id: "d", input: z.object({ n: z.number() }) }, async ({ input }) => input.n.length);': "'length' does not exist on type 'number'",
    'workflow({ id: "e", input: "text" }, async () => 1);': "not assignable",
    'workflow({ id: "f" }, async ({ step }) => { await step.sleep("a"); });': "Expected 2 arguments",
    'workflow({ id: "g" }, async ({ step }) => (await step.approval("a", { title: "A", form: z.object({ n: z.number() }) })).answers.n);': "possibly 'null'",
    "document.title;": "Cannot find name 'document'",
    'import("lodash");': "Cannot find module 'lodash'",
  };

  it("is told with its file and line", () => {
    const lines = Object.keys(wrong);
    const found = service.check({ "wrong.ts": `${head}${lines.join("\n")}\nexport {};` });
    for (const [at, [line, said]] of Object.entries(wrong).entries()) {
      const here = found.filter((one) => one.file === "wrong.ts" && one.line === at + 3);
      expect(here.map(({ message }) => message).join("\n"), line).toContain(said);
    }
    expect(found.filter(({ line }) => line < 3)).toEqual([]);
    for (const one of found) expect(diagnostic.parse(one)).toEqual(one);
  });

  it("has line, column and end of what is meant, counted from 1", () => {
    expect(service.check({ "a.ts": 'const é = "😀";\nexport const n: number = é.\n  missing;' })).toMatchObject([{ file: "a.ts", line: 3, column: 3, end_line: 3, end_column: 10, code: "TS2339", severity: "error" }]);
  });

  it("is syntax too", () => {
    expect(service.check({ "a.ts": "export const a = (1;" })).toMatchObject([{ line: 1, column: 20, code: "TS1005" }]);
  });

  it("is a field that the tenant has not added, when its own are known", () => {
    const source = `${head}export const one = async (): Promise<number | undefined> => (await crm.leads.get("l", {})).custom.seats;\nexport const two = async () => (await crm.leads.get("l")).custom.colour;`;
    expect(service.check({ "a.ts": source, ...tenant })).toMatchObject([{ line: 4, code: "TS2339", message: expect.stringContaining("'colour' does not exist") }]);
  });

  it("is gone once it is mended, and files that are left out are gone too", () => {
    expect(service.check({ "a.ts": 'import { n } from "./b.ts";\nexport const m: number = n;', "b.ts": 'export const n = "a";' })).toHaveLength(1);
    expect(service.check({ "a.ts": 'import { n } from "./b.ts";\nexport const m: number = n;', "b.ts": "export const n = 1;" })).toEqual([]);
    expect(service.check({ "a.ts": 'import { n } from "./b.ts";\nexport const m: number = n;' })).toMatchObject([{ code: "TS2307" }]);
  });
});

describe("what is known at a place", () => {
  const source = `${head}
export default workflow({ id: "w", on: [on.event("deal.won")] }, async ({ input, vars, step }) => {
  const { deal } = input;
  for (const item of [{ id: 1, label: "a" }]) {
    const company = deal.company_id === null ? null : await crm.companies.get(deal.company_id);
    await step.do("here", async () => item.label);
    const later = 1;
    console.log(company, vars, later);
  }
});
`;
  const here = source.indexOf("await step.do");

  it("is every variable before it, the innermost first, with its type", () => {
    service.check({ "w.ts": source, ...tenant });
    const scope = service.scopeAt("w.ts", here);
    expect(scope.map(({ name }) => name)).toEqual(["company", "item", "deal", "step", "vars", "input"]);
    expect(scope[1]).toEqual({ name: "item", type: "{ id: number; label: string; }", optional: false, expands: true, title: null });
    expect(scope[0]?.type).toMatch(/\| null$/);
  });

  it("is what they have, also where they may be null, but no methods of texts", () => {
    expect(service.membersAt("w.ts", here, ["company"]).map(({ name }) => name)).toContain("name");
    expect(service.membersAt("w.ts", here, ["input", "deal"]).find(({ name }) => name === "value")).toMatchObject({ type: "number", expands: false });
    expect(service.membersAt("w.ts", here, ["company", "name"])).toEqual([]);
    expect(service.membersAt("w.ts", here, ["nobody"])).toEqual([]);
    expect(service.membersAt("w.ts", here, ["vars"])).toMatchObject([{ name: "REGION", type: "string" }]);
  });

  it("is the type of what stands there, and what may be written", () => {
    const label = source.indexOf("item.label");
    expect(service.typesAt("w.ts", [label, label + 5, 0])).toEqual(["{ id: number; label: string; }", "string", expect.anything()]);
    expect(service.completionsAt("w.ts", label + 5)).toEqual([{ name: "id", kind: "property" }, { name: "label", kind: "property" }]);
    expect(service.typesAt("missing.ts", [0])).toEqual([null]);
  });
});
