/**
 * Ids and titles as a source writes them, and the source with others.
 * @module
 */
import { parse } from "@babel/parser";
import type { ClassDeclaration, Expression, Node, ObjectExpression } from "@babel/types";
import { kebab } from "../../../sdk/runtime/programs.ts";

/** A change of the text; `start` = `end` inserts. */
interface Edit {
  start: number;
  end: number;
  text: string;
}

interface Identity {
  id: string;
  renamed(id: string): Edit;
  /** Null where a title cannot be written. */
  titled(title: string): Edit | null;
}

export interface Changes {
  /** New ids by those they stand for. */
  ids?: ReadonlyMap<string, string>;
  /** Of the first workflow. */
  title?: string | undefined;
}

/** Ids of the workflows in a source, in its order; those that are computed are not among them. */
export const idsIn = (source: string): string[] => identities(source).map(({ id }) => id);

/** The same source with other ids, or another title. */
export function withIdentity(source: string, { ids = new Map(), title }: Changes): string {
  const found = identities(source);
  const renames = found.flatMap((one) => {
    const id = ids.get(one.id);
    return id === undefined ? [] : [one.renamed(id)];
  });
  const titled = title === undefined ? null : found[0]?.titled(title);
  const edits = [...renames, ...(titled ? [titled] : [])].toSorted((a, b) => b.start - a.start);
  return edits.reduce((text, edit) => text.slice(0, edit.start) + edit.text + text.slice(edit.end), source);
}

function identities(source: string): Identity[] {
  let program: Node;
  try {
    ({ program } = parse(source, { sourceType: "module", plugins: ["typescript"], errorRecovery: true, attachComment: false }));
  } catch {
    return [];
  }
  const found: Identity[] = [];
  for (const statement of program.body) {
    const declared = statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration" ? statement.declaration : statement;
    if (declared?.type === "ClassDeclaration") found.push(...ofClass(declared));
    else if (declared?.type === "VariableDeclaration") found.push(...declared.declarations.flatMap(({ init }) => ofCall(init)));
    else found.push(...ofCall(declared));
  }
  return found;
}

const written = (node: Node | null | undefined): string | null => (node?.type === "StringLiteral" ? node.value : node?.type === "TemplateLiteral" && node.expressions.length === 0 ? (node.quasis[0]?.value.cooked ?? null) : null);
const replace = ({ start, end }: Node, text: string): Edit => ({ start: start ?? 0, end: end ?? 0, text: JSON.stringify(text) });

/** `workflow({ id: "…" }, …)`. */
function ofCall(node: Node | null | undefined): Identity[] {
  const call = withoutTypes(node);
  if (call?.type !== "CallExpression" || call.callee.type !== "Identifier" || call.callee.name !== "workflow") return [];
  const [options] = call.arguments;
  if (options?.type !== "ObjectExpression") return [];
  const idNode = valueOf(options, "id");
  const id = written(idNode);
  if (id === null || !idNode) return [];
  const titleNode = valueOf(options, "title");
  return [{ id, renamed: (next) => replace(idNode, next), titled: (title) => (titleNode ? replace(titleNode, title) : { start: idNode.end ?? 0, end: idNode.end ?? 0, text: `, title: ${JSON.stringify(title)}` }) }];
}

function withoutTypes(node: Node | null | undefined): Node | null | undefined {
  return node?.type === "TSAsExpression" || node?.type === "TSSatisfiesExpression" || node?.type === "ParenthesizedExpression" ? withoutTypes(node.expression) : node;
}

function valueOf(options: ObjectExpression, name: string): Expression | null {
  for (const property of options.properties) {
    if (property.type !== "ObjectProperty" || property.computed) continue;
    const key = property.key.type === "Identifier" ? property.key.name : written(property.key);
    if (key === name) return property.value as Expression;
  }
  return null;
}

/** `class Name extends WorkflowEntrypoint`, with `static id = "…"` or by its name. */
function ofClass({ id: name, superClass, body }: ClassDeclaration): Identity[] {
  if (superClass?.type !== "Identifier" || superClass.name !== "WorkflowEntrypoint" || !name) return [];
  const own = body.body.find((member) => member.type === "ClassProperty" && member.static && member.key.type === "Identifier" && member.key.name === "id");
  const value = own?.type === "ClassProperty" ? own.value : null;
  const id = own ? written(value) : kebab(name.name);
  if (id === null) return [];
  const at = (body.start ?? 0) + 1;
  return [{ id, renamed: (next) => (value ? replace(value, next) : { start: at, end: at, text: `\n  static id = ${JSON.stringify(next)};` }), titled: () => null }];
}
