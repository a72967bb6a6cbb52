/**
 * What generated programs consist of.
 * @module
 */
import fc from "fast-check";

interface Common {
  comment: "none" | "line" | "block" | "doc" | "behind" | "apart";
  blank: boolean;
  /** On the line of the one before it. */
  joined: boolean;
}

export type Item = Common &
  (
    | { kind: "call"; call: Call; use: "bind" | "pattern" | "let" | "none" | "return" }
    | { kind: "code"; form: "const" | "let" | "function" | "call" | "template" | "multi" | "paren" | "assign" }
    | { kind: "if"; branches: Item[][]; otherwise: Item[] | null; braces: boolean; oneLine: boolean }
    | { kind: "ternary" | "logical"; call: Call; bind: boolean }
    | { kind: "switch"; cases: Item[][]; fallback: boolean; braces: boolean; share: boolean }
    | { kind: "loop"; form: "of" | "while" | "for" | "map" | "do"; body: Item[]; jump: "none" | "break" | "continue" }
    | { kind: "parallel"; calls: Call[]; names: boolean; lines: boolean; block: Item[] | null }
    | { kind: "try"; body: Item[]; caught: Item[] | null; last: Item[] | null }
  );

export interface Call {
  kind: "action" | "update" | "step" | "stepBlock" | "stepConfig" | "sleep" | "wait" | "approval" | "send" | "invoke" | "helper";
  lines: boolean;
  caught: boolean;
}

const calls: fc.Arbitrary<Call> = fc.record({
  kind: fc.constantFrom<Call["kind"]>("action", "update", "step", "stepBlock", "stepConfig", "sleep", "wait", "approval", "send", "invoke", "helper"),
  lines: fc.boolean(),
  caught: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
});

const common = {
  comment: fc.constantFrom<Common["comment"]>("none", "none", "none", "line", "block", "doc", "behind", "apart"),
  blank: fc.boolean(),
  joined: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
};

export function items(depth: number, size: number, least = 0): fc.Arbitrary<Item[]> {
  const inner: fc.Arbitrary<Item[]> = depth > 0 ? items(depth - 1, Math.max(1, size - 2)) : fc.constant<Item[]>([]);
  const call = fc.record({ kind: fc.constant("call" as const), call: calls, use: fc.constantFrom("bind" as const, "bind" as const, "pattern" as const, "let" as const, "none" as const, "none" as const, "return" as const), ...common });
  const code = fc.record({ kind: fc.constant("code" as const), form: fc.constantFrom("const" as const, "let" as const, "function" as const, "call" as const, "template" as const, "multi" as const, "paren" as const, "assign" as const), ...common });
  const expression = fc.record({ kind: fc.constantFrom("ternary" as const, "logical" as const), call: calls, bind: fc.boolean(), ...common });
  const flat: fc.Arbitrary<Item>[] = [call, call, code, expression];
  const deep: fc.Arbitrary<Item>[] =
    depth === 0
      ? []
      : [
          fc.record({ kind: fc.constant("if" as const), branches: fc.array(inner, { minLength: 1, maxLength: 3 }), otherwise: fc.option(inner, { nil: null }), braces: fc.boolean(), oneLine: fc.boolean(), ...common }),
          fc.record({ kind: fc.constant("switch" as const), cases: fc.array(inner, { maxLength: 3 }), fallback: fc.boolean(), braces: fc.boolean(), share: fc.boolean(), ...common }),
          fc.record({ kind: fc.constant("loop" as const), form: fc.constantFrom("of" as const, "while" as const, "for" as const, "map" as const, "do" as const), body: inner, jump: fc.constantFrom("none" as const, "break" as const, "continue" as const), ...common }),
          fc.record({ kind: fc.constant("parallel" as const), calls: fc.array(calls, { minLength: 1, maxLength: 3 }), names: fc.boolean(), lines: fc.boolean(), block: fc.option(inner, { nil: null }), ...common }),
          fc.record({ kind: fc.constant("try" as const), body: inner, caught: fc.option(inner, { nil: null }), last: fc.option(inner, { nil: null }), ...common }),
        ];
  return fc.array(fc.oneof(...flat, ...deep), { minLength: least, maxLength: size });
}
