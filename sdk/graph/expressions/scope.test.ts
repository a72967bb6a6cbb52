/** What is in scope at a node; and that the compiler takes every expression that is offered. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript-js";
import { describe, expect, it } from "vitest";
import type { GraphNode, SourceGraph } from "../model.ts";
import { parseSource } from "../parse/source.ts";
import { createTypeService } from "../types/service.ts";
import { allNodes } from "../walk.ts";
import type { PickItem, Variable } from "./picker.ts";
import type { ScopeOptions } from "./options.ts";
import { scopeAt } from "./scope.ts";

const root = new URL("../../../", import.meta.url);
const service = createTypeService(ts, JSON.parse(readFileSync(new URL(".build/typelibs.txt", root), "utf8")) as Record<string, string>);

const head = 'import { actions, crm, on, workflow } from "everstep";\nimport { z } from "zod";\n';
/** A workflow with this body; `HERE` is the step whose scope is asked for. */
const body = (text: string, options = 'on: [on.event("deal.won")]', parameters = "{ input, step }"): SourceGraph => parseSource(`${head}export default workflow({ id: "w", ${options} }, async (${parameters}) => {\n${text.replace("HERE", 'await step.sleep("here", "1 day");')}\n});`);
const here = (graph: SourceGraph): GraphNode => {
  const found = [...allNodes(graph.workflows[0] ?? expect.fail("no workflow"))].find((node) => "name" in node && node.name === "here");
  return found ?? expect.fail("no step called here");
};
const scope = (graph: SourceGraph, options?: ScopeOptions): Variable[] => scopeAt(graph, "w", here(graph).id, options);
const names = (graph: SourceGraph): string[] => scope(graph).map(({ name }) => name);
const typed = (graph: SourceGraph): Record<string, string> => Object.fromEntries(scope(graph).map(({ name, type }) => [name, type]));
const child = (from: PickItem | undefined, ...path: string[]): PickItem => path.reduce((at, name) => at.children.find((one) => one.name === name) ?? expect.fail(`${at.expression} has no ${name}`), from ?? expect.fail("no such variable"));

describe("variables in scope", () => {
  it("are those bound before it on its path, the latest first", () => {
    expect(names(body('const a = await step.do("a", async () => 1);\nif (a > 1) {\n const b = await step.do("b", async () => 2);\n} else {\n const c = await step.do("c", async () => 3);\n HERE\n const d = 4;\n}\nconst e = 5;'))).toEqual(["c", "a", "input"]);
  });

  it("are what loops, catch and callbacks give, and constants of the file; no functions, schemas or the step API", () => {
    const graph = parseSource(`${head}const letters = [{ subject: "Hi" }] as const;\nconst form = z.object({});\nfunction help() {}\nexport default workflow({ id: "w" }, async ({ step, input: start }) => {\n for (const { subject } of letters) {\n  try { await step.do("x", async () => 1); } catch (problem) { await step.sleep("here", 1); }\n }\n});`);
    expect(scope(graph).map(({ name, origin }) => [name, origin.kind])).toEqual([["problem", "error"], ["subject", "item"], ["start", "input"], ["letters", "file"]]);
  });

  it("are hidden by others of their name", () => {
    expect(names(body("const a = 1;\nfor (const a of [\"x\"]) { HERE }"))).toEqual(["a", "input"]);
    expect(typed(body("const a = 1;\nfor (const a of [\"x\"]) { HERE }"))["a"]).toBe("string");
  });

  it("tell which node gives them, and what it is called", () => {
    const graph = body('const lead = await crm.leads.get("l");\nconst [one, two] = await Promise.all([step.do("one", async () => 1), crm.deals.find()]);\nHERE');
    expect(scope(graph).map(({ name, origin }) => [name, origin.kind, origin.title])).toEqual([["two", "node", null], ["one", "node", null], ["lead", "node", "Get a lead"], ["input", "input", null]]);
    expect(scope(graph)[2]?.origin.node).toBe(graph.workflows[0]?.body.nodes[0]?.id);
  });

  it("are a helper's own parameters within it", () => {
    const graph = parseSource(`${head}async function follow(step: Step, lead: { name: string; tags: string[] }, days = 3) {\n await step.sleep("here", days);\n}\nexport default workflow({ id: "w" }, async ({ input, step }) => { await follow(step, input); });`);
    expect(Object.entries(typed(graph))).toEqual(expect.arrayContaining([["lead", "{ … }"]]));
    expect(child(scope(graph).find(({ name }) => name === "lead"), "tags").type).toBe("string[]");
    expect(names(graph)).not.toContain("input");
  });

  it("are none where there is no such node or workflow", () => {
    const graph = body("HERE");
    expect(scopeAt(graph, "w", "nothing")).toEqual([]);
    expect(scopeAt(graph, "other", null)).toEqual([]);
    expect(scopeAt(graph, "w", null).map(({ name }) => name)).toEqual(["input"]);
  });
});

describe("their types", () => {
  it("are those of the event, the schedule or the schema that the workflow starts with", () => {
    expect(child(scope(body("HERE"))[0], "deal", "status")).toMatchObject({ expression: "input.deal.status", type: '"open" | "won" | "lost"', title: "Status" });
    expect(child(scope(body("HERE", 'on: [on.schedule("@daily")]'))[0], "scheduled_at").type).toBe("string");
    expect(scope(body("HERE", 'on: [on.event("deal.won"), on.manual()]'))[0]?.type).toBe("unknown");
    expect(scope(body("HERE", 'on: [on.event("deal.won"), on.event("deal.lost")]'))[0]?.children.map(({ name }) => name)).toEqual(["deal"]);
    const asked = scope(body("HERE", 'input: z.object({ name: z.string().meta({ title: "Who" }), age: z.number().optional(), kind: z.enum(["a", "b"]).default("a"), list: z.array(z.object({ id: z.string() })) })'))[0];
    expect(asked?.children.map(({ expression, type, title }) => [expression, type, title])).toEqual([["input.name", "string", "Who"], ["input.age", "number | null", null], ["input.kind", '"a" | "b"', null], ["input.list", "{ … }[]", null]]);
    expect(child(asked, "list", "0", "id")).toMatchObject({ expression: "input.list[0]?.id", type: "string | null" });
  });

  it("are what actions give, with the titles of fields, and `?.` behind what may be missing", () => {
    const company = scope(body("const company = input.deal.company_id === null ? null : await crm.companies.get(input.deal.company_id);\nHERE"))[0];
    expect(company).toMatchObject({ name: "company", type: "{ … } | null" });
    expect(child(company, "name")).toMatchObject({ expression: "company?.name", type: "string | null", title: "Name" });
    const found = body('const found = await crm.leads.find();\nconst first = found[0];\nconst page = await crm.leads.page();\nconst made = await actions.createTask({ title: "Call" });\nHERE');
    expect(typed(found)).toMatchObject({ found: "{ … }[]", first: "{ … } | null", made: "{ … }" });
    expect(child(scope(found).find(({ name }) => name === "page"), "next_cursor").type).toBe("string | null");
  });

  it("are what steps return, approvals decide and events bring", () => {
    const graph = body(
      'const total = await step.do("sum", async () => { if (input.deal.value > 3) return { ok: true, sum: input.deal.value * 2 }; return { ok: false, sum: 0 }; });\nconst { decision, answers } = await step.approval("ask", { title: "A", form: z.object({ discount: z.number() }) });\nconst paid = await step.waitForEvent("paid", { type: "invoice.paid" });\nHERE',
      'on: [on.event("deal.won")], events: { "invoice.paid": z.object({ amount: z.number() }) }',
    );
    const variables = scope(graph);
    const of = (name: string) => variables.find((one) => one.name === name);
    expect(of("total")?.children.map(({ expression, type }) => [expression, type])).toEqual([["total.ok", "boolean"], ["total.sum", "number"]]);
    expect(of("decision")?.type).toBe('"approved" | "rejected" | "expired"');
    expect(child(of("answers"), "discount").expression).toBe("answers?.discount");
    expect(child(of("paid"), "payload", "amount").type).toBe("number");
  });

  it("know of conditions that come before", () => {
    const guarded = 'const [lead] = await crm.leads.find();\nif (!lead || lead.email === null) return;\nHERE';
    expect(child(scope(body(guarded))[0], "name").expression).toBe("lead.name");
    const inside = 'const [lead] = await crm.leads.find();\nif (lead !== undefined) { HERE }';
    expect(child(scope(body(inside))[0], "name").expression).toBe("lead.name");
    const other = 'const [lead] = await crm.leads.find();\nif (lead) { console.log(1); } else { HERE }';
    expect(child(scope(body(other))[0], "name").expression).toBe("lead?.name");
  });

  it("have the tenant's own fields, variables and secrets, when they are told", () => {
    const graph = body('const lead = await crm.leads.get("l");\nHERE', "on: [on.manual()]", "{ vars, secrets, step }");
    const [lead, secrets, vars] = scope(graph, { custom: [{ entity: "lead", key: "seats", title: "Seats", type: "number" }], variables: [{ name: "REGION", type: "string" }], secrets: ["STRIPE"] });
    expect(child(lead, "custom", "seats")).toMatchObject({ expression: "lead.custom.seats", type: "number | null", title: "Seats" });
    expect([child(vars, "REGION").type, child(secrets, "STRIPE").expression]).toEqual(["string", "secrets.STRIPE"]);
  });

  it("are those of a class's event", () => {
    const graph = parseSource('import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";\nexport class Order extends WorkflowEntrypoint {\n  async run(event: Readonly<WorkflowEvent<{ id: string }>>, step: WorkflowStep) {\n    await step.sleep("here", 1);\n  }\n}');
    expect(child(scopeAt(graph, "order", here(graph).id)[0], "payload", "id").expression).toBe("event.payload.id");
  });

  it("are unknown rather than wrong, and found in a moment, where the code runs in a circle", () => {
    const graph = parseSource(`${head}async function a(n) { return b(n); }\nasync function b(n) { return a(n); }\nexport default workflow({ id: "w" }, async ({ step }) => { const x = await a(x); await step.sleep("here", 1); });`);
    expect(typed(graph)["x"]).toMatch(/unknown|null/);
  });
});

/** All that a picker shows, down to so many levels. */
const offered = (items: readonly PickItem[], levels: number): PickItem[] => items.flatMap((one) => [one, ...(levels > 0 ? offered(one.children, levels - 1) : [])]);

it("every expression that is offered compiles where it is offered, in every workflow of the repository", { timeout: 120_000 }, () => {
  const folder = fileURLToPath(new URL("workflows", root));
  let tried = 0;
  for (const file of readdirSync(folder).filter((name) => /^[^.]+\.ts$/.test(name))) {
    const source = readFileSync(`${folder}/${file}`, "utf8");
    const graph = parseSource(source);
    const inserts: { at: number; text: string }[] = [];
    for (const workflow of graph.workflows) {
      const seen = new Set<string>();
      for (const node of [workflow.body, ...[...allNodes(workflow)].flatMap((node) => ("block" in node && node.block ? [node.block] : []))].filter(({ braced }) => braced).flatMap(({ nodes }) => nodes)) {
        // What was tried before is told apart by its text: `lead.name` where it was `lead?.name`.
        const items = offered(scopeAt(graph, workflow.id ?? "", node.id), 2).filter(({ expression }) => !expression.includes(".") || (!seen.has(expression) && seen.add(expression)));
        tried += items.length;
        inserts.push({ at: node.start, text: items.map(({ expression }) => `void (${expression});\n`).join("") });
      }
    }
    const changed = inserts.sort((a, b) => b.at - a.at).reduce((text, { at, text: more }) => text.slice(0, at) + more + text.slice(at), source);
    const lines = changed.split("\n");
    expect(service.check({ [file]: changed }).map(({ line, message }) => `${file} ${lines[line - 1]}: ${message}`)).toEqual([]);
  }
  expect(tried).toBeGreaterThan(1000);
});
