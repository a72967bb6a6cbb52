/**
 * One file: TypeScript in, an ES module out that has its lines where they were.
 * @module
 */
import { decode, type SourceMapMappings, type SourceMapSegment } from "@jridgewell/sourcemap-codec";
import { type AnyNode, parse, type Pattern } from "acorn";
import { full } from "acorn-walk";
import { transform } from "sucrase";

/** An import that is left when the types are gone. Line and column, from 1, are those in the source. */
export interface ModuleImport {
  specifier: string;
  line: number;
  column: number;
  /** Of its text, quotes included, in `code`. */
  start: number;
  end: number;
}

export interface Stripped {
  code: string;
  mappings: SourceMapMappings;
  imports: ModuleImport[];
  exports: string[];
  /** Specifiers of `export * from`. */
  stars: string[];
}

/** @throws SyntaxError when what is left does not parse */
export function strip(file: string, source: string): Stripped {
  const plain = /\.m?js$/.test(file);
  const result = plain ? { code: source } : transform(source, { transforms: ["typescript"], disableESTransforms: true, filePath: file, sourceMapOptions: { compiledFilename: file } });
  const mappings = "sourceMap" in result && result.sourceMap ? decode(result.sourceMap.mappings) : identity(source);
  const stripped: Stripped = { code: result.code, mappings, imports: [], exports: [], stars: [] };
  full(parse(result.code, { ecmaVersion: "latest", sourceType: "module", locations: true }), (node) => {
    const read = node as AnyNode;
    const from = sourceOf(read);
    if (from?.type === "Literal" && typeof from.value === "string" && from.loc) {
      const { line, column } = from.loc.start;
      stripped.imports.push({ specifier: from.value, line, column: sourceColumn(mappings[line - 1], column) + 1, start: from.start, end: from.end });
    }
    readExports(read, stripped);
  });
  return stripped;
}

/** Every line is its own; columns follow from its beginning. */
function identity(source: string): SourceMapMappings {
  return source.split("\n").map((_line, index) => [[0, 0, index, 0]]);
}

/** Both from 0. */
export function sourceColumn(segments: readonly SourceMapSegment[] | undefined, column: number): number {
  const segment = segments?.findLast(([at]) => at <= column);
  return segment && segment.length > 1 ? (segment[3] ?? 0) + column - segment[0] : column;
}

function sourceOf(node: AnyNode): AnyNode | null {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
    case "ImportExpression":
      return node.source ?? null;
    default:
      return null;
  }
}

const nameOf = (node: AnyNode): string => (node.type === "Identifier" ? node.name : node.type === "Literal" ? String(node.value) : "");

function readExports(node: AnyNode, { exports, stars }: Stripped): void {
  if (node.type === "ExportDefaultDeclaration") exports.push("default");
  if (node.type === "ExportAllDeclaration") {
    if (node.exported) exports.push(nameOf(node.exported));
    else stars.push(String(node.source.value));
  }
  if (node.type !== "ExportNamedDeclaration") return;
  exports.push(...node.specifiers.map(({ exported }) => nameOf(exported)));
  if (node.declaration?.type === "VariableDeclaration") exports.push(...node.declaration.declarations.flatMap(({ id }) => namesIn(id)));
  else if (node.declaration?.id) exports.push(node.declaration.id.name);
}

function namesIn(pattern: Pattern): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((property) => namesIn(property.type === "Property" ? property.value : property.argument));
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => (element ? namesIn(element) : []));
    case "RestElement":
      return namesIn(pattern.argument);
    case "AssignmentPattern":
      return namesIn(pattern.left);
    default:
      return [];
  }
}

/** The module with other specifiers in place of these imports', its mappings moved along. */
export function rewritten({ code, mappings, imports }: Stripped, named: (one: ModuleImport) => string | null): { code: string; mappings: SourceMapMappings } {
  const moved = mappings.map((segments) => segments.map((segment) => [...segment] as SourceMapSegment));
  let text = code;
  // From the last to the first, so that places before stay.
  for (const one of imports.toSorted((a, b) => b.start - a.start)) {
    const name = named(one);
    if (name === null) continue;
    const literal = JSON.stringify(name);
    const column = one.start - (text.lastIndexOf("\n", one.start - 1) + 1);
    text = text.slice(0, one.start) + literal + text.slice(one.end);
    const longer = literal.length - (one.end - one.start);
    for (const segment of moved[one.line - 1] ?? []) if (segment[0] > column) segment[0] += longer;
  }
  return { code: text, mappings: moved };
}
