/**
 * Which calls of a source the SDK makes durable, found without sdk/graph: by a plain walk over
 * the syntax tree and the names that stand in the text.
 * @module
 */
import { parse } from "@babel/parser";
import type { Node } from "@babel/types";

const methods = new Set(["do", "sleep", "sleepUntil", "waitForEvent", "approval", "sendEvent", "invoke", "continueAsNew"]);

/** Names by what they are: of the step API, of records, of actions; those of one record kind, or one function, of these. */
interface Names {
  step: Set<string>;
  crm: Set<string>;
  actions: Set<string>;
  records: Set<string>;
  calls: Set<string>;
}

/** Where each of them starts. */
export function durableCalls(source: string): number[] {
  const tree = parse(source, { sourceType: "module", plugins: ["typescript", "decorators", "decoratorAutoAccessors"], allowReturnOutsideFunction: true });
  const nodes = [...everyNode(tree.program)];
  const names = namesOf(nodes);
  return nodes.flatMap((node) => ((node.type === "CallExpression" || node.type === "OptionalCallExpression") && isDurable(node.callee, names) ? [node.start ?? 0] : [])).sort((a, b) => a - b);
}

function* everyNode(node: Node): Generator<Node> {
  yield node;
  for (const [key, value] of Object.entries(node)) {
    if (key === "loc" || key === "extra" || key.endsWith("Comments")) continue;
    for (const one of Array.isArray(value) ? value : [value]) if (typeof one === "object" && one !== null && typeof one.type === "string") yield* everyNode(one as Node);
  }
}

function namesOf(nodes: readonly Node[]): Names {
  const names: Names = { step: new Set(["step"]), crm: new Set(), actions: new Set(), records: new Set(), calls: new Set() };
  for (const node of nodes) {
    if (node.type === "ImportSpecifier" && node.imported.type === "Identifier") {
      if (node.imported.name === "crm") names.crm.add(node.local.name);
      if (node.imported.name === "actions") names.actions.add(node.local.name);
    }
    if (node.type === "ImportNamespaceSpecifier") for (const kind of ["crm", "actions"] as const) names[kind].add(`${node.local.name}.${kind}`);
    // `step: Step`, `{ step: s }`, the second parameter of `run`
    if (node.type === "Identifier" && node.typeAnnotation?.type === "TSTypeAnnotation" && node.typeAnnotation.typeAnnotation.type === "TSTypeReference" && /^(?:Workflow)?Step$/.test(textOf(node.typeAnnotation.typeAnnotation.typeName as Node).split(".").at(-1) ?? "")) names.step.add(node.name);
    if (node.type === "TSQualifiedName") continue;
    if (node.type === "ObjectProperty" && textOf(node.key) === "step" && node.value.type === "Identifier") names.step.add(node.value.name);
    if (node.type === "ObjectProperty" && textOf(node.key) === "step" && node.value.type === "ObjectPattern") fields(node.value, (key, local) => methods.has(key) && names.calls.add(local));
    if (node.type !== "VariableDeclarator" || !node.init) continue;
    const from = textOf(node.init);
    if (node.id.type === "Identifier" && names.step.has(from.replace(/\.do\.bind$/, "")) && from.endsWith(".bind")) names.calls.add(node.id.name);
    if (node.id.type !== "ObjectPattern") continue;
    if (names.crm.has(from)) fields(node.id, (_, local) => names.records.add(local));
    if (names.actions.has(from)) fields(node.id, (_, local) => names.calls.add(local));
    if (names.step.has(from)) fields(node.id, (key, local) => methods.has(key) && names.calls.add(local));
  }
  return names;
}

function fields(pattern: Node & { type: "ObjectPattern" }, take: (key: string, local: string) => unknown): void {
  for (const one of pattern.properties) if (one.type === "ObjectProperty" && one.value.type === "Identifier") take(textOf(one.key), one.value.name);
}

function isDurable(callee: Node, names: Names): boolean {
  if (callee.type === "Identifier") return names.calls.has(callee.name);
  if (callee.type !== "MemberExpression" && callee.type !== "OptionalMemberExpression") return false;
  const method = textOf(callee.property);
  const owner = textOf(callee.object);
  if (methods.has(method) && names.step.has(owner.split(".").at(-1) ?? "")) return true;
  if (names.actions.has(owner) || names.records.has(owner)) return true;
  return callee.object.type === "MemberExpression" && names.crm.has(textOf(callee.object.object));
}

function textOf(node: Node): string {
  switch (node.type) {
    case "Identifier":
      return node.name;
    case "StringLiteral":
      return node.value;
    case "ThisExpression":
      return "this";
    case "MemberExpression":
      return `${textOf(node.object)}.${textOf(node.property)}`;
    case "TSQualifiedName":
      return textOf(node.right);
    case "CallExpression":
      return textOf(node.callee);
    default:
      return "?";
  }
}
