import { describe, expect, it } from "vitest";
import { findWorkflow } from "../walk.ts";
import { body, imports, parsed } from "../testing/parsed.ts";
import { parseSource } from "./source.ts";

describe("workflow()", () => {
  it("has what its options say, where they are, and where its handler is", () => {
    const { workflow, text } = parsed(`${imports}export const a = workflow({ id: "a-b", title: "A", input: z.object({}) }, async ({ step, input }) => { return 1; });`);
    expect(workflow).toMatchObject({ id: "a-b", title: "A", export: "a", style: "function", step: "step", options: { form: "object", fields: [{ key: "id" }, { key: "title" }, { key: "input" }] }, triggers: [] });
    expect([text(workflow).slice(0, 12), text(workflow.handler), text(workflow.parameters), text(workflow.body)]).toEqual(['workflow({ i', "async ({ step, input }) => { return 1; }", "{ step, input }", " return 1; "]);
  });

  it("has its triggers with their arguments", () => {
    const { workflow, text } = parsed(`import * as e from "everstep";\nexport default e.workflow({ id: "a", on: [e.on.manual(), e.on.event("lead.created", { filter: {} }), e.on.schedule("@daily"), e.on.api(), e.on.webhook({ path: "p" }), more(), ...others] }, async () => {});`);
    expect(workflow.triggers.map(({ kind, args }) => [kind, ...args.map(text)])).toEqual([["manual"], ["event", '"lead.created"', "{ filter: {} }"], ["schedule", '"@daily"'], ["api"], ["webhook", '{ path: "p" }'], ["unknown"], ["unknown"]]);
    expect(parsed(`${imports}export default workflow({ id: "a", on: triggers }, async () => {});`).workflow.triggers).toMatchObject([{ kind: "unknown" }]);
  });

  it.each([
    ["({ step: s }) => s.do('a', f)", "s"],
    ["(ctx) => ctx.step.do('a', f)", "ctx.step"],
    ["(ctx) => { const { step } = ctx; return step.do('a', f); }", "step"],
    ["(ctx) => { const api = ctx.step; return api.do('a', f); }", "api"],
    ["function ({ step }) { return step.do('a', f); }", "step"],
    ["logged(async ({ step }) => step.do('a', f))", "step"],
    ["handle", "step"],
  ])("knows the step API of %s", (handler, step) => {
    const { workflow, one } = parsed(`${imports}async function handle({ step }) { return step.do('a', f); }\nexport default workflow({ id: "a" }, ${handler});`);
    expect(workflow.step).toBe(step);
    expect(one("step").name).toBe("a");
  });

  it("may have its options, its id and its handler in variables", () => {
    const { workflow } = parsed(`${imports}const ID = "x";\nconst options = { id: ID, on: [on.manual()] };\nconst run = async ({ step }) => { await step.sleep("a", 1); };\nexport { flow as default };\nconst flow = workflow(options, run);`);
    expect(workflow).toMatchObject({ id: "x", export: "default", triggers: [{ kind: "manual" }], body: { nodes: [{ kind: "sleep" }] } });
  });

  it("stays when nobody knows what its handler is", () => {
    expect(parsed(`${imports}export default workflow({ id: "a" }, make(1));`).workflow).toMatchObject({ id: "a", step: null, body: { braced: false, nodes: [{ kind: "code" }] } });
  });

  it("is each of a file, in its order, under the name it is exported by", () => {
    const graph = parseSource(`import { workflow as w } from "everstep";
const a = w({ id: "a" }, async () => {}), b = (w({ id: "b" }, async () => {}) satisfies object);
export const c = w({ id: "c" }, async () => {});
export { a as first, b };
export default b;
const own = (x) => x; own({ id: "no" }, async () => {});`);
    expect(graph.workflows.map((one) => [one.id, one.export])).toEqual([["a", "first"], ["b", "default"], ["c", "c"]]);
    expect(findWorkflow(graph, "first")?.id).toBe("a");
    expect(graph.imports).toEqual([{ from: "everstep", imported: "workflow", local: "w", typeOnly: false, start: 0, end: 41 }]);
  });

  it("is only that of everstep", () => {
    expect(parseSource('import { workflow } from "elsewhere";\nexport default workflow({ id: "a" }, async () => {});').workflows).toEqual([]);
  });
});

describe("a class", () => {
  const cf = 'import { WorkflowEntrypoint as Base, type WorkflowStep } from "cloudflare:workers";\n';

  it("runs what its run does, with its methods", () => {
    const { workflow, one, text } = parsed(`${cf}export class OrderFlowV2 extends Base<Env, P> {
  async run(event: E, step: WorkflowStep) { await this.#charge(step); await this.ship(step); await OrderFlowV2.end(step); return step.do("last", async () => 1); }
  async #charge(api: WorkflowStep) { await api.do("charge", f); }
  private ship = async (s: WorkflowStep) => s.sleep("ship", 1);
  static async end(step: WorkflowStep) { await step.do("end", f); }
}`);
    expect(workflow).toMatchObject({ id: "order-flow-v2", title: "OrderFlowV2", export: "OrderFlowV2", style: "class", options: null, triggers: [], step: "step" });
    expect([text(workflow.parameters), text(workflow).slice(0, 17)]).toEqual(["event: E, step: WorkflowStep", "class OrderFlowV2"]);
    expect(workflow.body.nodes.map(({ id }) => id)).toEqual(["call:#charge", "call:ship", "call:end", "step:last"]);
    expect(Object.keys(workflow.helpers)).toEqual(["#charge", "ship", "end"]);
    expect(one("sleep").name).toBe("ship");
  });

  it("has the id that it says, or that its export gives it; may come from another class, or be a value", () => {
    const ids = parseSource(`import * as cf from "cloudflare:workers";
abstract class Middle extends cf.WorkflowEntrypoint { async log(step) { await step.do("log", f); } }
export class A extends Middle { static id = "own"; async run(event, step) { await this.log(step); } }
export const BCd = class extends cf.WorkflowEntrypoint { run = async (_, { do: run }) => { await run("b", f); }; };
class C extends cf.WorkflowEntrypoint { async run() {} }
export { C as Named };
class No extends Other { async run(event, step) { await step.do("x", f); } }
export default class extends cf.WorkflowEntrypoint { async run(e, step) {} }`).workflows;
    expect(ids.map(({ id, export: exported }) => [id, exported])).toEqual([["own", "A"], ["b-cd", "BCd"], ["named", "Named"], ["default", "default"]]);
    expect(ids[0]?.helpers).toMatchObject({ log: { block: { nodes: [{ id: "step:log" }] } } });
    expect(ids[1]?.body.nodes).toMatchObject([{ name: "b" }]);
  });

  it("may keep the step API in itself, for its methods too", () => {
    for (const field of ["step;", "step!: WorkflowStep;"]) {
      const kept = parsed(`${cf}export class A extends Base { ${field} async run(event, step) { this.step = step; await this.more(); } async more() { await this.step.do("b", f); } }`);
      expect(kept.workflow.helpers["more"]?.block.nodes).toMatchObject([{ name: "b" }]);
    }
    const { one } = parsed(`${cf}export class A extends Base { async run(event, step) { this.step = step; await this.step.do("a", f); } }`);
    expect(one("step").name).toBe("a");
  });

  it("may have decorators", () => {
    expect(parsed(`${cf}@traced export class A extends Base { @traced accessor n = 1; @traced async run(e, step) { await step.do("a", f); } }`).workflow.body.nodes).toMatchObject([{ name: "a" }]);
  });
});

describe("a source", () => {
  it.each([
    ["a byte order mark", "\uFEFF", "\n"],
    ["a hashbang", "#!/usr/bin/env node\n", "\n"],
    ["Windows' line ends", "// first\r\n", "\r\n"],
    ["letters beyond ASCII", "const größe = '📐🚀';\n", "\n"],
  ])("may have %s: places are those of its text", (_, before, line) => {
    const { nodes, text } = parsed(`${before}import { workflow } from "everstep";${line}export default workflow({ id: "w", title: "é" }, async ({ step }) => {${line}  // 数${line}  const ü = await step.do("📐", f); // b${line}});`);
    expect(nodes.map((node) => [text(node), node.comment, text(node.extent), text("binding" in node ? node.binding : null)])).toEqual([['const ü = await step.do("📐", f);', "数", `// 数${line}  const ü = await step.do("📐", f); // b`, "ü"]]);
  });

  it("has no elements of JSX", () => {
    expect(parseSource(`${imports}export default workflow({ id: "a" }, async () => { return <b>hi</b>; });`).errors).not.toEqual([]);
  });

  it("gives nodes ids by what they are, that stay when others come and go", () => {
    const before = body('await step.do("a", f);\nawait step.do("a", g);\nif (input) { await step.sleep("b", 1); }\nconst l = await crm.leads.get(1);\nreturn l;');
    expect(before.nodes.map(({ id }) => id)).toMatchObject(["step:a", "step:a~2", expect.stringMatching(/^if:/), "crm.leads.get:l", expect.stringMatching(/^return:/)]);
    const after = body('await step.do("new", f);\n// moved\n  if (input)   { await step.sleep("b", 2); }\nawait step.do("a", f);\nconst l = await crm.leads.get(2);\nreturn l;');
    expect(after.nodes.map(({ id }) => id)).toEqual(["step:new", before.nodes[2]?.id, "step:a", "crm.leads.get:l", before.nodes[4]?.id]);
    expect(body('await step.do("a~2", f);\nawait step.do("a", f);\nawait step.do("a", f);').nodes.map(({ id }) => id)).toEqual(["step:a~2", "step:a", "step:a~3"]);
  });
});
