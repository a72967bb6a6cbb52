import { describe, expect, it } from "vitest";
import { actionSpecs, ownSpecs } from "../../schema/actions/index.ts";
import { recordSpecs } from "../../schema/actions/records.ts";
import { body } from "../testing/parsed.ts";

describe("a call of the step API", () => {
  it("step.do: its name, config, callback, rollback, and what the callback does", () => {
    const { one, text } = body('const made = await step.do("make", { retries: { limit: 3 } }, async () => {\n  await actions.notify({});\n}, undo);');
    const node = one("step");
    expect(node).toMatchObject({ id: "step:make", name: "make", awaited: true, returned: false, chained: false, place: "statement", binding: { declared: "const", names: ["made"] } });
    expect([text(node), text(node.call), text(node.binding)]).toEqual(['const made = await step.do("make", { retries: { limit: 3 } }, async () => {\n  await actions.notify({});\n}, undo);', 'step.do("make", { retries: { limit: 3 } }, async () => {\n  await actions.notify({});\n}, undo)', "made"]);
    expect([text(node.config), text(node.callback), text(node.rollback), text(node.block)]).toEqual(["{ retries: { limit: 3 } }", "async () => {\n  await actions.notify({});\n}", "undo", "\n  await actions.notify({});\n"]);
    expect(node.block).toMatchObject({ braced: true, nodes: [{ kind: "action" }] });
    expect(node.args.map(text)).toEqual(['"make"', "{ retries: { limit: 3 } }", "async () => {\n  await actions.notify({});\n}", "undo"]);
  });

  it("step.do: a callback that is one expression, or is named elsewhere", () => {
    const inline = body('await step.do("a", () => load());');
    expect(inline.text(inline.one("step").block)).toBe("load()");
    expect(inline.one("step").block).toMatchObject({ braced: false, nodes: [{ kind: "code", place: "expression" }] });
    const named = body('await step.do("a", load);');
    expect(named.one("step")).toMatchObject({ config: null, block: null, rollback: null });
    const configured = body('await step.do("a", config, load);');
    expect([configured.text(configured.one("step").config), configured.text(configured.one("step").callback)]).toEqual(["config", "load"]);
    const undone = body('await step.do("a", load, { rollback: async () => { await crm.leads.delete("x"); } });');
    expect(undone.one("step")).toMatchObject({ config: null, inner: [{ action: "crm.leads.delete" }] });
    expect(undone.text(undone.one("step").callback)).toBe("load");
  });

  it("sleep, sleepUntil, waitForEvent, approval, sendEvent, invoke, continueAsNew: their arguments", () => {
    const { nodes, text } = body(`await step.sleep("a", "1 day");
await step.sleepUntil("b", new Date(0));
const e = await step.waitForEvent<T>("c", { type: "x" });
const { decision } = await step.approval("d", { title: "T" });
await step.sendEvent("e", { type: "x" });
await step.invoke("f", child, { n: 1 }, { timeout: "1 hour" });
await step.continueAsNew({ n: 2 });`);
    const shown = nodes.map((node) => ["time" in node ? text(node.time) : "options" in node && node.kind !== "invoke" ? text(node.options) : "event" in node ? text(node.event) : node.kind === "invoke" ? [node.workflow, node.input, node.options].map(text).join(" | ") : ""]);
    expect(nodes.map(({ id }) => id)).toEqual(["sleep:a", "sleepUntil:b", "waitForEvent:c", "approval:d", "sendEvent:e", "invoke:f", "continueAsNew"]);
    expect(shown.flat()).toEqual(['"1 day"', "new Date(0)", '{ type: "x" }', '{ title: "T" }', '{ type: "x" }', 'child | { n: 1 } | { timeout: "1 hour" }', ""]);
  });

  it("has no name when that is computed", () => {
    expect(body("await step.do(`row ${input}`, f);").one("step")).toMatchObject({ name: null, args: [{ form: "template", parts: ["row ", { form: "path", path: ["input"] }] }, { form: "path" }] });
    expect(body("await step.do(`row`, f);").one("step").name).toBe("row");
  });

  it.each([
    ["const s = step;\nawait s.do('a', f);", "of another name"],
    ["const { do: run } = step;\nawait run('a', f);", "by its function"],
    ["const run = step.do.bind(step);\nawait run('a', f);", "bound"],
    ["await step['do']('a', f);", "by a string"],
    ["await (step as Step).do<number>('a', f)!;", "with types around it"],
    ["void step.do('a', f);", "that nobody waits for"],
  ])("is found %s", (code) => {
    expect(body(code).one("step")).toMatchObject({ name: "a" });
  });

  it("is none when the name means something else here", () => {
    const { nodes } = body('const { step: other } = input;\nfor (const actions of input) { const crm = actions; crm.leads.get(1); }\nother.do("a", f);');
    expect(nodes.map(({ kind, inner }) => [kind, inner.length])).toEqual([["code", 0], ["loop", 0], ["code", 0]]);
  });

  it("goes on: .then, .catch, .finally, with the steps in these", () => {
    const { one } = body('const x = await step.do("a", f).then(() => step.do("b", f)).catch(async () => { await step.sleep("c", 1); }).finally(g);');
    expect(one("step")).toMatchObject({ name: "a", chained: true, awaited: true, inner: [{ name: "b" }, { name: "c" }] });
  });
});

describe("an action", () => {
  /** As workflows write it. */
  const calls = [
    ...[...recordSpecs.values()].flatMap((specs) => Object.values(specs)).map(({ id }) => [id, id.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())] as const),
    ...Object.values(ownSpecs).map(({ id, call }) => [id, /^(?:await )?((?:crm|actions)\.[\w.]+)/.exec(call)?.[1] ?? call] as const),
  ];

  it("is what the registry has, each", () => {
    expect(new Set(calls.map(([id]) => id))).toEqual(new Set(actionSpecs.keys()));
    const { nodes } = body(calls.map(([, call]) => `await ${call}({});`).join("\n"));
    expect(nodes.map((node) => (node.kind === "action" ? [node.action, node.callee] : node))).toEqual(calls.map(([id, call]) => [id, call]));
  });

  it("is read by pages too, of a kind that is computed, and through other names", () => {
    expect(body("const p = await crm.leads.page();").one("action")).toMatchObject({ action: "crm.leads.find", callee: "crm.leads.page", id: "crm.leads.find:p" });
    expect(body("await crm[input].addTag(1, 2);").one("action")).toMatchObject({ action: "crm.*.add_tag", callee: "crm[input].addTag" });
    expect(body("const { leads: l } = crm;\nconst { sendEmail } = actions;\nawait l.get(1);\nawait sendEmail({});").nodes.map((node) => (node.kind === "action" ? node.action : node.kind))).toEqual(["code", "code", "crm.leads.get", "send_email"]);
  });

  it("has its arguments as values, or as what they are written", () => {
    const { one } = body('await crm.leads.update(lead.company?.id, { name: "A", score: -1, ok: true, none: null, tags: ["x", id], at: new Date(), by: { id }, [key]: 1, ...rest });');
    expect(one("action").args).toMatchObject([
      { form: "path", path: ["lead", "company", "id"] },
      {
        form: "object",
        open: true,
        fields: [
          { key: "name", value: { form: "literal", value: "A" } },
          { key: "score", value: { form: "literal", value: -1 } },
          { key: "ok", value: { form: "literal", value: true } },
          { key: "none", value: { form: "literal", value: null } },
          { key: "tags", value: { form: "array", open: false, items: [{ form: "literal" }, { form: "path", path: ["id"] }] } },
          { key: "at", value: { form: "expression" } },
          { key: "by", value: { form: "object", open: false, fields: [{ key: "id", shorthand: true }] } },
        ],
      },
    ]);
  });
});
