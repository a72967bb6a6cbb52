/**
 * Where the counters go. Nodes arrive children first: what starts at the same place is put
 * in front by the outer node, what ends at the same place is put behind by the outer node.
 * @module
 */
import type { AnyNode, Node, Statement } from "acorn";
import type MagicString from "magic-string";
import { instrumentValues } from "./instrument-values.ts";

/** Inserts what the last of `path` needs. `guard` is the name of the counters' namespace. */
export function instrument(path: readonly AnyNode[], text: MagicString, guard: string): void {
  const node = path.at(-1);
  if (!node) return;
  const tick = `${guard}.tick()`;
  const around = (target: Node, before: string, after: string): void => {
    text.prependRight(target.start, before);
    text.appendLeft(target.end, after);
  };

  switch (node.type) {
    case "ArrowFunctionExpression":
      if (node.expression) around(node.body, `(${tick},`, ")");
      else enterBlock(node.body, text, `${tick};`);
      return;
    case "FunctionDeclaration":
    case "FunctionExpression":
      enterBlock(node.body, text, `${tick};`);
      return;
    case "StaticBlock":
      if (node.body[0]) text.prependRight(node.body[0].start, `${tick};`);
      return;
    case "PropertyDefinition":
      // A function or class here takes its name from the field, which a comma would hide.
      if (node.value && !/^(ArrowFunction|Function|Class)Expression$/.test(node.value.type)) around(node.value, `(${tick},`, ")");
      return;
    case "ForInStatement":
      around(node.right, `${guard}.listed(`, ")");
      enterLoop(node.body, tick, text, around);
      return;
    case "ForStatement":
    case "ForOfStatement":
    case "WhileStatement":
    case "DoWhileStatement":
      enterLoop(node.body, tick, text, around);
      return;
    case "CatchClause":
      text.appendLeft(node.body.start + 1, `${guard}.recheck();`);
      return;
    case "TryStatement":
      if (node.finalizer) text.appendLeft(node.finalizer.start + 1, `${guard}.recheck();`);
      return;
    default:
      instrumentValues(path, text, (target, name) => around(target, `${guard}.${name}(`, ")"));
  }
}

/** After the brace, or after the directives, which must stay first. */
function enterBlock(body: AnyNode, text: MagicString, statement: string): void {
  if (body.type !== "BlockStatement") return;
  const last = body.body.findLast((s) => s.type === "ExpressionStatement" && typeof s.directive === "string");
  if (last) text.appendLeft(last.end, `;${statement}`);
  else text.appendLeft(body.start + 1, statement);
}

function enterLoop(body: Statement, tick: string, text: MagicString, around: (target: Node, before: string, after: string) => void): void {
  if (body.type === "BlockStatement") text.appendLeft(body.start + 1, `${tick};`);
  else around(body, `{${tick};`, "}");
}
