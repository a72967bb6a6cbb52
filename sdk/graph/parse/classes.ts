/**
 * Classes that extend `WorkflowEntrypoint`.
 * @module
 */
import type { ClassDeclaration, ClassExpression, Node } from "@babel/types";
import { type AnyFunction, callbackOf, type Declared } from "./functions.ts";
import type { FileNames } from "./reading.ts";
import { declaredIn, type Scope, typed } from "./scope.ts";
import { keyOf, pathOf, rangeOf, textOf, valueOf } from "./values.ts";

export type AnyClass = ClassDeclaration | ClassExpression;

/** Bases of bases that are looked at. */
const deepest = 8;

/** Itself, then those of the file that it extends; null: it extends no `WorkflowEntrypoint`. */
export function superClassOf(node: AnyClass, file: FileNames): AnyClass[] | null {
  const chain: AnyClass[] = [];
  for (let at: AnyClass | null = node; at && chain.length < deepest; ) {
    chain.push(at);
    const path: string[] | null = at.superClass ? pathOf(at.superClass) : null;
    if (!path) return null;
    if (path.at(-1) === "WorkflowEntrypoint" || file.entrypoints.has(path.join("."))) return chain;
    const base: Node | null | undefined = path.length === 1 ? file.constants.get(path[0] ?? "") : null;
    at = base?.type === "ClassDeclaration" || base?.type === "ClassExpression" ? base : null;
  }
  return null;
}

interface Member {
  key: string;
  fn: AnyFunction;
  fixed: boolean;
}

/** Methods, and fields that are set to functions. */
function* membersOf(node: AnyClass): Generator<Member> {
  for (const member of node.body.body) {
    const named = member.type === "ClassMethod" || member.type === "ClassPrivateMethod" || member.type === "ClassProperty" || member.type === "ClassPrivateProperty";
    if (!named || ("computed" in member && member.computed)) continue;
    const key = member.key.type === "PrivateName" ? `#${member.key.id.name}` : keyOf(member.key);
    const fn = member.type === "ClassMethod" || member.type === "ClassPrivateMethod" ? member : callbackOf(member.value);
    if (key !== null && fn) yield { key, fn, fixed: member.static === true };
  }
}

/** What an instance runs. */
export function runOf(node: AnyClass): AnyFunction | null {
  for (const { key, fn, fixed } of membersOf(node)) if (key === "run" && !fixed) return fn;
  return null;
}

/** By how they are called: `this.charge`, `Orders.charge`. */
export function methodsOf(node: AnyClass, file: FileNames): Declared[] {
  const found = new Map<string, Declared>();
  for (const one of superClassOf(node, file) ?? []) {
    for (const { key, fn, fixed } of membersOf(one)) {
      const called = fixed ? `${one.id?.name ?? ""}.${key}` : `this.${key}`;
      if (key !== "run" && !found.has(called)) found.set(called, { called, fn, range: rangeOf(fn) });
    }
  }
  return [...found.values()];
}

/** `static id = "orders"` */
export function ownId(node: AnyClass): string | null {
  for (const member of node.body.body) if (member.type === "ClassProperty" && member.static && keyOf(member.key) === "id" && member.value) return textOf(valueOf(member.value));
  return null;
}

/** What its fields mean: `this.step = step` in what it runs, and `step: WorkflowStep`. */
export function ofInstance(node: AnyClass, run: AnyFunction, scope: Scope): [string, readonly string[]][] {
  const found = run.body.type === "BlockStatement" ? [...declaredIn(scope, run.body.body)].filter(([name]) => name.startsWith("this.")) : [];
  for (const member of node.body.body) {
    if (member.type !== "ClassProperty" || member.static || member.computed) continue;
    const [key, meaning] = [keyOf(member.key), typed(member)];
    if (key !== null && meaning) found.push([`this.${key}`, meaning]);
  }
  return found;
}
