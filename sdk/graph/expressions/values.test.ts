/** Values ⇄ expressions: what is written is read again, and means what it says to JavaScript. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formulas } from "./offered.ts";
import { type ExpressionValue, fromExpression, toExpression } from "./values.ts";

const read = (text: string): ExpressionValue => {
  const result = fromExpression(text);
  if (!result.ok) throw new Error(`${result.message} at ${result.start}: ${text}`);
  return result.value;
};
/** What the expression is worth, with these variables. */
const evaluate = (text: string, variables: Record<string, unknown> = {}): unknown => new Function(...Object.keys(variables), `"use strict"; return (${text});`)(...Object.values(variables));

const anyText = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom("`", "$", "{", "}", "\\", '"', "'", "\n", "\r", "\0", "\u2028", "\ud83d", "\ude00", "u", "x", "0", "1", "a") }));
const name = fc.constantFrom("a", "lead", "$b", "_c", "contact2");
const literal = fc.oneof(anyText, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.boolean(), fc.constant(null)).map((value): ExpressionValue => ({ form: "literal", value }));
const path = fc.tuple(name, fc.array(fc.oneof(name, fc.constantFrom("first name", "0", "a-b", "12", "")), { maxLength: 3 })).map(([first, rest]): ExpressionValue => ({ form: "path", path: [first, ...rest] }));

/** As reading gives it: no two texts in a row, none that is empty, at least one place. */
const templateOf = (hole: fc.Arbitrary<ExpressionValue>) =>
  fc.tuple(fc.array(fc.tuple(anyText, hole), { minLength: 1, maxLength: 3 }), anyText).map(([pairs, last]): ExpressionValue => ({ form: "template", parts: [...pairs.flatMap(([text, value]) => [text, value]), last].filter((part) => part !== "") }));

const { value } = fc.letrec<{ value: ExpressionValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    literal,
    path,
    templateOf(tie("value")),
    fc.array(fc.tuple(fc.oneof(name, anyText).filter((key) => key !== "__proto__"), tie("value")), { maxLength: 4 }).map((fields): ExpressionValue => ({ form: "object", fields: fields.map(([key, one]) => ({ key, value: one })) })),
    fc.array(tie("value"), { maxLength: 4 }).map((items): ExpressionValue => ({ form: "array", items })),
    fc.constantFrom(...formulas).chain(({ id, args }) => fc.tuple(...args.map(() => tie("value"))).map((given): ExpressionValue => ({ form: "formula", formula: id, args: given }))),
  ),
}));

describe("what is written", () => {
  it("is read again as it was, whatever is in it and however deep", () => {
    fc.assert(fc.property(value, fc.constantFrom('"' as const, "'" as const), (one, quote) => {
        expect(read(toExpression(one, { quote }))).toEqual(one);
      }), { numRuns: 2000 });
  });

  it("is to JavaScript the text that it stands for", () => {
    fc.assert(fc.property(anyText, fc.constantFrom('"' as const, "'" as const), (text, quote) => evaluate(toExpression({ form: "literal", value: text }, { quote })) === text), { numRuns: 2000 });
    fc.assert(fc.property(anyText, anyText, (before, behind) => evaluate(toExpression({ form: "template", parts: [before, { form: "path", path: ["a"] }, behind] }), { a: "${x}`\\" }) === `${before}\${x}\`\\${behind}`), { numRuns: 2000 });
  });

  it("sets fields of any name, also those that mean something else to JavaScript", () => {
    expect(Object.keys(evaluate(toExpression({ form: "object", fields: [{ key: "__proto__", value: { form: "literal", value: 1 } }, { key: "class", value: { form: "literal", value: 2 } }] })) as object)).toEqual(["__proto__", "class"]);
  });

  it("is whole characters alone, so that it survives being stored", () => {
    fc.assert(fc.property(value, (one) => toExpression(one).isWellFormed()));
  });

  it("looks like somebody wrote it", () => {
    const lead: ExpressionValue = { form: "path", path: ["lead", "name"] };
    expect(toExpression({ form: "template", parts: ["Dear ", lead, ",\n$5 for you"] })).toBe("`Dear ${lead.name},\n$5 for you`");
    expect(toExpression({ form: "object", fields: [{ key: "id", value: { form: "path", path: ["id"] } }, { key: "due at", value: { form: "literal", value: "soon" } }] }, { quote: "'" })).toBe("{ id, 'due at': 'soon' }");
    expect(toExpression({ form: "formula", formula: "uppercase", args: [lead] })).toBe("lead.name.toUpperCase()");
    expect(toExpression({ form: "formula", formula: "default", args: [{ form: "path", path: ["a"] }, { form: "literal", value: "none" }] })).toBe('a ?? "none"');
    expect(toExpression({ form: "formula", formula: "in", args: [{ form: "literal", value: "3 days" }] })).toBe('new Date(Date.now() + durationMs("3 days")).toISOString()');
  });

  it("keeps what belongs together in parentheses", () => {
    const sum: ExpressionValue = { form: "code", text: "a + b" };
    expect(toExpression({ form: "formula", formula: "decimals", args: [sum, { form: "literal", value: 2 }] })).toBe("(a + b).toFixed(2)");
    expect(toExpression(read("[(a, b)]"))).toBe("[(a, b)]");
  });
});

describe("what is read", () => {
  it("keeps its text where there is more to it", () => {
    expect(read("lead?.custom.plan")).toEqual({ form: "path", path: ["lead", "custom", "plan"], text: "lead?.custom.plan" });
    expect(toExpression(read("lead?.custom.plan"))).toBe("lead?.custom.plan");
    expect(read("{ ...a, b: 1 }")).toEqual({ form: "code", text: "{ ...a, b: 1 }" });
    expect(read("items.map((one) => one.id)")).toEqual({ form: "code", text: "items.map((one) => one.id)" });
  });

  it("is a formula where it is one of those offered, wherever it stands", () => {
    expect(read("{ at: new Date(Date.parse(deal.expected_close) + durationMs('1 day')).toISOString() }")).toEqual({ form: "object", fields: [{ key: "at", value: { form: "formula", formula: "later", args: [{ form: "path", path: ["deal", "expected_close"] }, { form: "literal", value: "1 day" }] } }] });
    expect(read("names.join(', ')")).toMatchObject({ formula: "join", args: [{ path: ["names"] }, { value: ", " }] });
    expect(read("score > 50 ? 'hot' : 'cold'")).toMatchObject({ formula: "condition", args: [{ form: "code", text: "score > 50" }, { value: "hot" }, { value: "cold" }] });
    expect(read("f(...list)").form).toBe("code");
  });

  it("is refused with the place, when it is no expression", () => {
    expect(fromExpression("lead.name +")).toMatchObject({ ok: false, start: 11 });
    expect(fromExpression("const a = 1")).toMatchObject({ ok: false, start: 0 });
    expect(fromExpression("a b")).toMatchObject({ ok: false, start: 2 });
    expect(fromExpression("")).toMatchObject({ ok: false, start: 0 });
  });

  it("never throws, whatever it is given", () => {
    fc.assert(fc.property(fc.oneof(anyText, value.map((one) => toExpression(one).slice(1))), (text) => typeof fromExpression(text).ok === "boolean"), { numRuns: 1000 });
  });
});
