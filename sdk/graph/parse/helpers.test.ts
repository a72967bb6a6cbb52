import { describe, expect, it } from "vitest";
import { body, imports, parsed } from "../testing/parsed.ts";

const ids = (nodes: readonly { id: string }[] | undefined): string[] => (nodes ?? []).map(({ id }) => id);

describe("a function with steps", () => {
  it.each([
    ["await help(step);", "async function help(api) { await api.do('in', f); }", "after it"],
    ["await help(step);", "const help = async (s) => s.do('in', f);", "as an arrow"],
    ["const help = async () => { await step.do('in', f); };\nawait help();", "", "in the handler"],
    ["if (input) { async function help() { await step.do('in', f); } await help(); }", "", "in a block"],
    ["await help({ step, input });", "async function help({ step: s }) { await s.do('in', f); }", "of an object"],
    ["await help({ step });", "async function help(tools) { await tools.step.do('in', f); }", "of tools"],
    ["await tools.help(step);", "const tools = { async help(step) { await step.do('in', f); } };", "in an object"],
    ["await Promise.all(input.map(help));", "async function help(id) { await crm.leads.get(id); }", "handed to map"],
    ["await retry(help);", "async function help(step) { await step.do('in', f); }", "handed on"],
    ["await retry(help);", "async function help(any: Step) { await any.do('in', f); }", "known by its type"],
    ["for (const one of [help]) await one(step);", "async function help(step) { await step.do('in', f); }", "in a list"],
    ["await retry(help as never);", "async function help(step) { await step.do('in', f); }", "with a type"],
    ["await help?.(step);", "async function help(step) { await step?.do('in', f); }", "if it is there"],
    ["await (input ? help : null)?.(step);", "async function help(step) { await step.do('in', f); }", "on a condition"],
    ["await help.call(null, step);", "async function help(step) { await step.do('in', f); }", "with call"],
  ])("is followed where it is called: %s %s (%s)", (code, rest) => {
    const { workflow } = body(code, rest);
    expect(Object.keys(workflow.helpers)).toEqual(["help"]);
    expect(workflow.helpers["help"]?.block.nodes).toHaveLength(1);
    expect(workflow.helpers["help"]).toMatchObject({ name: "help", file: null });
  });

  it("is a call with its arguments, as many as there are; its steps are there once", () => {
    const { nodes, workflow, one, text } = body("const a = await help(step, 1);\nreturn help(step, 2);", "async function help(step, n) {\n  await step.do('in', f);\n}");
    expect(nodes).toMatchObject([{ id: "call:help", kind: "call", helper: "help", awaited: true, binding: { names: ["a"] } }, { id: "call:help~2", returned: true }]);
    expect(one("call").args.map(text)).toEqual(["step", "1"]);
    expect(text(workflow.helpers["help"] ?? null)).toBe("async function help(step, n) {\n  await step.do('in', f);\n}");
    expect(text(workflow.helpers["help"]?.block ?? null)).toBe("\n  await step.do('in', f);\n");
  });

  it("is code when there is none in it", () => {
    const { nodes, workflow } = body("await plain(step);\nfib(3);", "async function plain(step) { return step; }\nfunction fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }");
    expect(nodes.map(({ kind }) => kind)).toEqual(["code", "code"]);
    expect(workflow.helpers).toEqual({});
  });

  it("may call itself, and others may call it back", () => {
    const { workflow } = body("await walk(step, input);\nawait ping(step);", `async function walk(step, tree) { await step.do("visit", f); for (const one of tree) await walk(step, one); }
async function ping(step) { if (even(1)) return pong(step); }
async function pong(step) { await ping(step); await step.do("pong", f); }
function even(n) { return odd(n); }
function odd(n) { return even(n); }`);
    expect(Object.keys(workflow.helpers).sort()).toEqual(["ping", "pong", "walk"]);
    expect(ids(workflow.helpers["pong"]?.block.nodes)).toEqual(["call:ping~2", "step:pong"]);
    expect(workflow.helpers["ping"]?.block.nodes[0]).toMatchObject({ kind: "if", branches: [{ block: { nodes: [{ kind: "call", helper: "pong", returned: true }] } }] });
  });

  it("is not the one of the same name elsewhere", () => {
    const { workflow } = body("const help = async () => { await step.do('inner', f); };\nawait help();\nawait outer(step);", "async function outer(step) { await help(step); }\nasync function help(step) { await step.do('outer', f); }");
    expect(Object.entries(workflow.helpers).map(([key, { block }]) => [key, ...ids(block.nodes)])).toEqual([["help", "step:inner"], ["outer", "call:help~2"], ["help~2", "step:outer"]]);
  });
});

describe("a function of another file", () => {
  const files = {
    "flows/main.ts": "",
    "flows/lib/pay.ts": 'import { crm } from "everstep";\nimport { log } from "../log.js";\nexport async function pay(step, id) { await crm.deals.get(id); await log(step); }\nexport default async (step) => { await step.do("pay by default", f); };\nexport * from "../../shared";\nconst own = async (step) => step.do("own", f);\nexport { own as renamed };',
    "flows/log.ts": 'import { pay } from "./lib/pay.ts";\nexport const log = async (s) => { await s.do("log", () => pay); };',
    "shared/index.ts": 'export * from "../flows/lib/pay.ts";\nexport async function shared(step) { await step.do("shared", f); }\nexport { log as relogged } from "../flows/log.ts";',
  };
  const main = (code: string) => parsed(`${imports}import byDefault, { pay as charge, renamed, shared, relogged } from "./lib/pay";\nimport * as all from "./lib/pay.ts";\nimport { other } from "package";\nexport default workflow({ id: "w" }, async ({ step }) => {\n${code}\n});`, { files, file: "flows/main.ts" });

  it.each([
    ["await charge(step, 1);", "flows/lib/pay.ts#pay"],
    ["await all.pay(step, 1);", "flows/lib/pay.ts#pay"],
    ["await byDefault(step);", "flows/lib/pay.ts#default"],
    ["await renamed(step);", "flows/lib/pay.ts#own"],
    ["await shared(step);", "shared/index.ts#shared"],
    ["await relogged(step);", "flows/log.ts#log"],
  ])("is followed: %s", (code, key) => {
    const { nodes, workflow } = main(code);
    expect(nodes).toMatchObject([{ kind: "call", helper: key }]);
    expect(Object.keys(workflow.helpers)).toContain(key);
  });

  it("is placed in its own file, and followed on from there", () => {
    const { workflow } = main("await charge(step, 1);\nawait all.pay(step, 2);");
    const pay = workflow.helpers["flows/lib/pay.ts#pay"];
    expect(Object.keys(workflow.helpers).sort()).toEqual(["flows/lib/pay.ts#pay", "flows/log.ts#log"]);
    expect(ids(pay?.block.nodes)).toEqual(["crm.deals.get", "call:flows/log.ts#log"]);
    expect(pay && files["flows/lib/pay.ts"].slice(pay.start, pay.end)).toBe("async function pay(step, id) { await crm.deals.get(id); await log(step); }");
  });

  it("may be the handler itself", () => {
    const { workflow } = parsed(`${imports}import { handle } from "./handle.ts";\nexport default workflow({ id: "w" }, handle);`, { files: { "handle.ts": 'export async function handle({ step }) { await step.do("there", f); }' } });
    expect(workflow.body.nodes).toMatchObject([{ kind: "call", helper: "handle.ts#handle" }]);
    expect(ids(workflow.helpers["handle.ts#handle"]?.block.nodes)).toEqual(["step:there"]);
  });

  it("is code when the file is not there, or broken", () => {
    expect(parsed(`${imports}import { a } from "./nowhere";\nimport { b } from "./broken";\nexport default workflow({ id: "w" }, async ({ step }) => { await a(step); await b(step); });`, { files: { "broken.ts": "export const b = (" } }).nodes.map(({ kind }) => kind)).toEqual(["code", "code"]);
  });
});
