import fc from "fast-check";
import { expect, test } from "vitest";
import { describeWorkflow, generateWorkflow, type NodeSpec, parseSource, type ValueSpec } from "../../sdk/graph/index.ts";

const name = fc.constantFrom("lead", "deal", "count", "reply");
const text = fc.string({ maxLength: 60 }).filter((one) => !one.includes("\u2028") && !one.includes("\u2029"));
const { value } = fc.letrec<{ value: ValueSpec }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(text, fc.integer({ min: -99, max: 1e6 }), fc.boolean(), fc.constant(null)).map((one): ValueSpec => ({ form: "literal", value: one })),
    fc.constantFrom("input.name", "lead?.id", "vars[\"A\"]", "new Date(1)", "a + b").map((one): ValueSpec => ({ form: "code", text: one })),
    fc.tuple(text.filter((one) => one !== ""), fc.constantFrom("input.name", "lead.id")).map(([before, place]): ValueSpec => ({ form: "template", parts: [before, { form: "code", text: place }] })),
    fc.array(tie("value"), { maxLength: 3 }).map((items): ValueSpec => ({ form: "array", items })),
    fc.uniqueArray(fc.tuple(fc.constantFrom("title", "due_at", "a b", "x"), tie("value")), { selector: ([key]) => key, maxLength: 4 }).map((fields): ValueSpec => ({ form: "object", fields: fields.map(([key, of]) => ({ key, value: of })) })),
  ),
}));
const condition = fc.constantFrom("input.ok", "a === 1 && !b", "lead != null").map((one): ValueSpec => ({ form: "code", text: one }));
const bound = fc.option(fc.tuple(fc.constantFrom<"const" | "let" | null>("const", "let", null), fc.oneof(name, fc.constantFrom("{ id }", "[first]"))).map(([declared, target]) => ({ binding: { declared, target } })), { nil: {} });
const comment = fc.option(fc.constantFrom("why", "why\nand how").map((one) => ({ comment: one })), { nil: {} });

const { node } = fc.letrec<{ node: NodeSpec; block: NodeSpec[] }>((tie) => {
  const block = tie("block");
  const made = (kind: fc.Arbitrary<NodeSpec>): fc.Arbitrary<NodeSpec> => fc.tuple(kind, comment).map(([one, above]) => ({ ...one, ...above }));
  return {
    block: fc.array(tie("node"), { minLength: 1, maxLength: 3 }),
    node: made(
      fc.oneof(
        { maxDepth: 3, depthSize: "small" },
        fc.tuple(fc.constantFrom("crm.leads.update", "actions.notify"), fc.array(value, { maxLength: 3 }), bound).map(([callee, args, more]): NodeSpec => ({ kind: "action", callee, args, ...more })),
        fc.tuple(fc.constantFrom<"sleep" | "sleepUntil" | "waitForEvent" | "approval" | "sendEvent" | "invoke">("sleep", "sleepUntil", "waitForEvent", "approval", "sendEvent", "invoke"), text, value, bound).map(([kind, called, arg, more]): NodeSpec => ({ kind, name: called, args: [arg], ...more })),
        value.map((arg): NodeSpec => ({ kind: "continueAsNew", args: [arg], returned: true })),
        value.map((one): NodeSpec => ({ kind: "return", value: one })),
        fc.constantFrom<NodeSpec>({ kind: "throw", value: { form: "code", text: 'new Error("no")' } }, { kind: "code", text: "let total = 0;" }, { kind: "code", text: "function sum(a) {\n  return a;\n}" }),
        fc.tuple(text, block, bound).map(([called, body, more]): NodeSpec => ({ kind: "step", name: called, body, ...more })),
        fc.tuple(condition, block, fc.option(block)).map(([test, body, other]): NodeSpec => ({ kind: "if", branches: [{ condition: test, body }, ...(other ? [{ condition: null, body: other }] : [])] })),
        fc.tuple(block, block).map(([one, other]): NodeSpec => ({ kind: "switch", subject: { form: "code", text: "input.kind" }, branches: [{ condition: { form: "literal", value: "a" }, body: one }, { condition: null, body: other }] })),
        fc.tuple(name, block).map(([item, body]): NodeSpec => ({ kind: "loop", form: "for-of", item, over: { form: "code", text: "input.list" }, body })),
        fc.tuple(condition, block).map(([test, body]): NodeSpec => ({ kind: "loop", form: "while", condition: test, body })),
        fc.tuple(block, block, fc.option(block)).map(([body, caught, last]): NodeSpec => ({ kind: "try", body, handler: { param: "error", body: caught }, ...(last ? { finalizer: last } : {}) })),
        fc.array(text, { minLength: 1, maxLength: 3 }).map((names): NodeSpec => ({ kind: "parallel", mode: "all", branches: names.map((one) => [{ kind: "sleep", name: one, args: [{ form: "literal", value: "1 day" }], awaited: false }]) })),
      ),
    ),
  };
});

/** As written: a literal template has no places, a text of parts is one. */
const plain = (json: unknown): unknown => JSON.parse(JSON.stringify(json, (key, one: unknown) => (key === "spaced" ? undefined : one)));

test("a description, generated and parsed, is the same description, whatever nodes it has", () => {
  fc.assert(
    fc.property(fc.array(node, { maxLength: 4 }), (body) => {
      const source = generateWorkflow({ id: "random", title: "Random", triggers: [{ kind: "manual" }], body });
      const graph = parseSource(source);
      // Names are made at random: some are declared twice.
      expect(graph.errors.filter(({ message }) => !message.includes("already been declared")), source).toEqual([]);
      const [workflow] = graph.workflows;
      const spec = workflow && describeWorkflow(graph, workflow);
      expect(plain(spec?.body), source).toEqual(plain(body));
      expect(spec && generateWorkflow(spec)).toBe(source);
    }),
    { numRuns: 200 },
  );
});

test("imports and parameters are what the code uses, and no more", () => {
  expect(generateWorkflow({ id: "nap", triggers: [], body: [{ kind: "sleep", name: "a while", args: [{ form: "literal", value: "1 hour" }] }] })).toBe(`import { workflow } from "everstep";

export default workflow({ id: "nap" }, async ({ step }) => {
  await step.sleep("a while", "1 hour");
});
`);
});
