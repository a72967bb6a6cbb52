/**
 * Which expressions have their value looked at (./values.ts): those that can make something
 * large by themselves, and those that can reach a constructor that is not guarded.
 * @module
 */
import type { AnyNode, BinaryExpression, Node } from "acorn";
import type MagicString from "magic-string";

type Checked = "text" | "count" | "items" | "listed" | "product" | "power" | "exponent" | "made";
/** Puts a call of `name` around the node. */
type Check = (node: Node, name: Checked) => void;

const growing = /^(\*|<<|>>)=?$/;

export function instrumentValues(path: readonly AnyNode[], text: MagicString, check: Check): void {
  const node = path.at(-1);
  const parent = path.at(-2);
  switch (node?.type) {
    case "BinaryExpression":
      if (node.operator === "+" && !isPlus(parent) && !isNoText(node)) check(node, "text");
      else if (growing.test(node.operator) && !isNumber(node)) check(node, "product");
      else if (node.operator === "**" && !isNumber(node)) power(node, text, check);
      return;
    case "TemplateLiteral":
      if (node.expressions.length > 0 && parent?.type !== "TaggedTemplateExpression") check(node, "text");
      return;
    case "AssignmentExpression":
      if (node.operator === "+=") check(node, "text");
      else if (growing.test(node.operator) && !isNumber(node.right)) check(node, "product");
      else if (node.operator === "**=" && !isNumber(node.right)) {
        check(node, "product");
        check(node.right, "exponent");
      }
      if (isNamed(node.left, "length")) check(node.right, "count");
      if (hasRest(node.left)) check(node.right, "listed");
      return;
    case "VariableDeclarator":
      if (node.init && hasRest(node.id)) check(node.init, "listed");
      return;
    case "ArrayExpression":
      if (node.elements.some((element) => element?.type === "SpreadElement")) check(node, "items");
      return;
    case "SpreadElement":
      if (parent?.type === "ObjectExpression") check(node.argument, "listed");
      return;
    case "MemberExpression":
    case "CallExpression":
    case "ChainExpression":
      if (isConstructor(path)) made(path, text, check);
  }
}

/** `a ** b` becomes a call, for it has to be judged before it is begun. */
function power(node: BinaryExpression, text: MagicString, check: Check): void {
  check(node, "power");
  const between = /\/\*[^]*?\*\/|\/\/.*|\*\*/g;
  between.lastIndex = node.left.end;
  let found = between.exec(text.original);
  while (found && found[0] !== "**") found = between.exec(text.original);
  if (found) text.update(found.index, found.index + 2, ",");
}

/** A `.constructor` that is read, with the whole chain when it ends an optional one; or a call of one. */
function isConstructor(path: readonly AnyNode[]): boolean {
  const node = path.at(-1);
  const parent = path.at(-2);
  if (node?.type === "ChainExpression") return isNamed(node.expression, "constructor") || (node.expression.type === "CallExpression" && isNamed(node.expression.callee, "constructor"));
  if (!node || isInChain(path)) return false;
  if (node.type === "CallExpression") return isNamed(node.callee, "constructor");
  if (!isNamed(node, "constructor") || isTarget(path)) return false;
  // Who calls it needs its `this`: there the result is looked at.
  return !((parent?.type === "CallExpression" && parent.callee === node) || parent?.type === "TaggedTemplateExpression");
}

function made(path: readonly AnyNode[], text: MagicString, check: Check): void {
  const node = path.at(-1);
  if (!node) return;
  check(node, "made");
  if (!isCalleeOfNew(path)) return;
  // `new f(x)` would call another constructor than `new (f(x))`.
  text.prependRight(node.start, "(");
  text.appendLeft(node.end, ")");
}

/** Part of an optional chain, which a call around it would break. */
function isInChain(path: readonly AnyNode[]): boolean {
  return parentOfLinks(path)?.type === "ChainExpression";
}

function isCalleeOfNew(path: readonly AnyNode[]): boolean {
  return parentOfLinks(path)?.type === "NewExpression";
}

/** The first ancestor that is no further link of `a.b().c`. */
function parentOfLinks(path: readonly AnyNode[]): AnyNode | undefined {
  for (let at = path.length - 1; at > 0; at--) {
    const node = path[at];
    const parent = path[at - 1];
    if (parent?.type === "MemberExpression" ? parent.object === node : parent?.type === "CallExpression" && parent.callee === node) continue;
    return parent?.type === "NewExpression" && parent.callee !== node ? undefined : parent;
  }
  return undefined;
}

/** Written to, or deleted. */
function isTarget(path: readonly AnyNode[]): boolean {
  const [parent, node] = path.slice(-2);
  switch (parent?.type) {
    case "AssignmentExpression":
    case "AssignmentPattern":
    case "ForInStatement":
    case "ForOfStatement":
      return parent.left === node;
    case "UnaryExpression":
      return parent.operator === "delete";
    case "UpdateExpression":
    case "ArrayPattern":
    case "ObjectPattern":
    case "RestElement":
      return true;
    default:
      return false;
  }
}

function hasRest(pattern: Node): boolean {
  const node = pattern as AnyNode;
  if (node.type === "ArrayPattern") return node.elements.some((element) => element?.type === "RestElement");
  return node.type === "ObjectPattern" && node.properties.some(({ type }) => type === "RestElement");
}

/** `x.name` or `x["name"]`. */
function isNamed(given: Node, name: string): boolean {
  const node = given as AnyNode;
  if (node.type !== "MemberExpression") return false;
  const { property } = node;
  return node.computed ? property.type === "Literal" && property.value === name : property.type === "Identifier" && property.name === name;
}

function isPlus(node: AnyNode | undefined): boolean {
  return node?.type === "BinaryExpression" && node.operator === "+";
}

/** Can be no text, whatever the variables hold. */
function isNoText(node: AnyNode): boolean {
  switch (node.type) {
    case "Literal":
      return typeof node.value === "number";
    case "UpdateExpression":
      return true;
    case "UnaryExpression":
      return /^[-+~]$/.test(node.operator);
    case "BinaryExpression":
      if (node.operator === "+") return isNoText(node.left) && isNoText(node.right);
      return /^([-*/%&|^]|\*\*|<<|>>>?)$/.test(node.operator);
    default:
      return false;
  }
}

/** Can be no BigInt either: with a number on one side, the other has to be one too. */
function isNumber(node: AnyNode): boolean {
  switch (node.type) {
    case "Literal":
      return typeof node.value === "number";
    case "UnaryExpression":
      return node.operator === "+" || (/^[-~]$/.test(node.operator) && isNumber(node.argument));
    case "BinaryExpression":
      if (node.operator === "+") return isNumber(node.left) && isNumber(node.right);
      return node.operator === ">>>" || (/^([-*/%&|^]|\*\*|<<|>>)$/.test(node.operator) && (isNumber(node.left) || isNumber(node.right)));
    default:
      return false;
  }
}
