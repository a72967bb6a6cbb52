/**
 * Whether a file can be compiled, said in places of the file: its syntax, and what of
 * TypeScript is more than types.
 * @module
 */
import { parse, type ParseError } from "@babel/parser";
import type { Node } from "@babel/types";
import type { BundleProblem } from "../domain/ports.ts";

/** An import as the source has it, of types too. Line and column count from 1. */
export interface SourceImport {
  specifier: string;
  line: number;
  column: number;
}

export interface Checked {
  problems: BundleProblem[];
  imports: SourceImport[];
}

/** Syntax errors come first and alone: of a file that does not parse nothing else is known. */
export function checkSource(file: string, source: string): Checked {
  const imports: SourceImport[] = [];
  const problems: BundleProblem[] = [];
  let tree;
  try {
    tree = parse(source, { sourceType: "module", plugins: ["typescript"], errorRecovery: true, attachComment: false });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { problems: [syntaxProblem(file, error)], imports };
  }
  if (tree.errors && tree.errors.length > 0) return { problems: tree.errors.map((error) => syntaxProblem(file, error)), imports };
  visit(tree.program, (node) => {
    const from = importedBy(node);
    if (from) imports.push({ specifier: from.specifier, ...place(from.node) });
    const message = unerasable(node);
    if (message !== null) problems.push({ file, ...place(node), message });
    return message === null;
  });
  return { problems, imports };
}

function syntaxProblem(file: string, error: ParseError | SyntaxError): BundleProblem {
  const { loc, message } = error as SyntaxError & { loc?: { line: number; column: number } };
  return { file, line: loc?.line ?? 1, column: (loc?.column ?? 0) + 1, message: message.replace(/ \(\d+:\d+\)$/, "") };
}

function place({ loc }: Node): { line: number; column: number } {
  return { line: loc?.start.line ?? 1, column: (loc?.start.column ?? 0) + 1 };
}

/** Parents before children. @param enter false: not into this one */
function visit(node: Node, enter: (node: Node) => boolean): void {
  if (!enter(node)) return;
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child, enter);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string" && "loc" in value;
}

/** What a node imports by a name that is written out. */
function importedBy(node: Node): { specifier: string; node: Node } | null {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
      return { specifier: node.source.value, node: node.source };
    case "ExportNamedDeclaration":
      return node.source ? { specifier: node.source.value, node: node.source } : null;
    case "TSImportType":
      return { specifier: node.argument.value, node: node.argument };
    case "CallExpression": {
      const [source] = node.arguments;
      return node.callee.type === "Import" && source?.type === "StringLiteral" ? { specifier: source.value, node: source } : null;
    }
    default:
      return null;
  }
}

/** Why it cannot be compiled file by file, by taking types away; null when it can. */
function unerasable(node: Node): string | null {
  switch (node.type) {
    case "TSModuleDeclaration":
      return node.declare || node.global ? null : "a namespace is more than types: use a module, or an object";
    case "TSExportAssignment":
      return "`export =` is CommonJS: use `export default`";
    case "TSImportEqualsDeclaration":
      return node.importKind === "type" ? null : "`import … =` is CommonJS: use `import … from`";
    case "VariableDeclaration":
      return node.kind === "using" || node.kind === "await using" ? `\`${node.kind}\` is not compiled here: use try and finally` : null;
    default:
      return null;
  }
}
