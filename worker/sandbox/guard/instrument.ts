/**
 * Where the counters go. Nodes arrive children first: what starts at the same place is put
 * in front by the outer node, what ends at the same place is put behind by the outer node.
 * @module
 */
import type { AnyNode as AcornNode, Node, Statement } from "acorn";
import type MagicString from "magic-string";

export type AnyNode = AcornNode;

/** Inserts what this node needs. `guard` is the name of the counters' namespace. */
export function instrument(given: Node, parentGiven: Node | undefined, text: MagicString, code: string, guard: string): void {
  const node = given as AnyNode;
  const parent = parentGiven as AnyNode | undefined;
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
    case "ForStatement":
    case "ForInStatement":
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
    case "BinaryExpression":
      if (node.operator === "+" && !isPlus(parent) && !isNumeric(node)) around(node, `${guard}.text(`, ")");
      return;
    case "TemplateLiteral":
      if (node.expressions.length > 0 && parent?.type !== "TaggedTemplateExpression") around(node, `${guard}.text(`, ")");
      return;
    case "AssignmentExpression":
      if (node.operator === "+=") around(node, `${guard}.text(`, ")");
      else if (node.operator === "=" && isLength(node.left)) around(node.right, `${guard}.count(`, ")");
      return;
    case "NewExpression":
    case "CallExpression":
      if (node.callee.type === "Identifier" && node.callee.name === "Array") {
        const [only, ...more] = node.arguments;
        if (only && more.length === 0 && only.type !== "SpreadElement") around(only, `${guard}.count(`, ")");
      }
      return;
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

function isPlus(node: AnyNode | undefined): boolean {
  return node?.type === "BinaryExpression" && node.operator === "+";
}

function isLength(node: AnyNode): boolean {
  return node.type === "MemberExpression" && !node.computed && node.property.type === "Identifier" && node.property.name === "length";
}

/** Can only be a number, whatever the variables hold. */
function isNumeric(node: AnyNode): boolean {
  switch (node.type) {
    case "Literal":
      return typeof node.value === "number";
    case "UpdateExpression":
      return true;
    case "UnaryExpression":
      return /^[-+~]$/.test(node.operator);
    case "BinaryExpression":
      if (node.operator === "+") return isNumeric(node.left) && isNumeric(node.right);
      return /^([-*/%&|^]|\*\*|<<|>>>?)$/.test(node.operator);
    case "ParenthesizedExpression":
      return isNumeric(node.expression);
    default:
      return false;
  }
}
