/**
 * Checks sources and answers what is in scope and of which type. One service is meant to live
 * long: libraries are read once, and a changed file alone is read again.
 * @module
 */
import type { Diagnostic } from "../../schema/diagnostic.ts";
import type { Checker, Compiler, CompilerDiagnostic, CompilerFile, CompilerNode, CompilerSymbol, CompilerType, LanguageService } from "./compiler.ts";
import { CompilerFiles, type Libraries, pathInside, type ProjectFiles } from "./files.ts";

/** A variable or a property, and its type as TypeScript writes it. */
export interface TypedName {
  name: string;
  type: string;
  /** It may be missing, or undefined. */
  optional: boolean;
  /** It has properties of its own: `membersAt` lists them. */
  expands: boolean;
  /** Its doc comment; null without one. */
  title: string | null;
}

export interface Completion {
  name: string;
  /** As the compiler names it: `property`, `const`, `method`. */
  kind: string;
}

export interface TypeService {
  /** Checks all of the project's files, and keeps them for the questions below. Sorted by place. */
  check(files: ProjectFiles): Diagnostic[];
  /** Types of the expressions that begin or stand at the offsets; null where there is none. */
  typesAt(file: string, offsets: readonly number[]): (string | null)[];
  /** The project's variables that are visible there, the innermost first. */
  scopeAt(file: string, offset: number): TypedName[];
  /** Properties of a variable that is visible there, or of what a path from it leads to. */
  membersAt(file: string, offset: number, path: readonly string[]): TypedName[];
  completionsAt(file: string, offset: number): Completion[];
}

/**
 * @param ts the module `typescript`, version 5 or 6
 * @example
 * ```ts
 * import ts from "typescript";
 * import { createTypeService } from "everstep/graph";
 * declare const libraries: Record<string, string>;
 * const service = createTypeService(ts, libraries);
 * service.check({ "welcome.ts": "const n: number = '';" }); // [{ file: "welcome.ts", line: 1, column: 7, code: "TS2322", … }]
 * ```
 */
export function createTypeService(ts: Compiler, libraries: Libraries): TypeService {
  const files = new CompilerFiles(libraries);
  const registry = ts.createDocumentRegistry(true);
  const start = (): LanguageService => ts.createLanguageService(files.host(ts), registry);
  let service = start();
  // What gave up halfway has left its checker in no state to be asked again.
  const ask = <T>(question: () => T): T => {
    try {
      return question();
    } catch (error) {
      service = start();
      throw error;
    }
  };

  const at = (file: string, offset: number): { checker: Checker; source: CompilerFile; node: CompilerNode } | null => {
    const program = service.getProgram();
    const source = program?.getSourceFile(pathInside(file));
    return program && source ? { checker: program.getTypeChecker(), source, node: innermost(ts, source, offset) } : null;
  };
  const described = (checker: Checker, symbol: CompilerSymbol, node: CompilerNode): TypedName => {
    const type = checker.getTypeOfSymbolAtLocation(symbol, node);
    const title = symbol.getDocumentationComment(undefined).map(({ text }) => text).join("").trim();
    const printed = checker.typeToString(type, node, ts.TypeFormatFlags.NoTruncation);
    const optional = (symbol.flags & ts.SymbolFlags.Optional) !== 0 || /(^|\| )undefined($| \|)/.test(printed);
    return { name: symbol.getName(), type: printed, optional, expands: expands(checker.getNonNullableType(type)), title: title === "" ? null : title };
  };
  const visible = (checker: Checker, source: CompilerFile, node: CompilerNode, offset: number): CompilerSymbol[] => {
    const declaredAt = (symbol: CompilerSymbol): number => symbol.getDeclarations()?.find((one) => fileOf(one) === source)?.pos ?? -1;
    return checker
      .getSymbolsInScope(node, ts.SymbolFlags.Variable)
      .filter((symbol) => declaredAt(symbol) >= 0 && declaredAt(symbol) < offset)
      .sort((a, b) => declaredAt(b) - declaredAt(a));
  };

  return {
    check: (given) =>
      ask(() => {
        files.replace(given);
        const found = files.paths.flatMap((path) => [...service.getSyntacticDiagnostics(path), ...service.getSemanticDiagnostics(path)]);
        const told = found.flatMap((one) => toDiagnostic(ts, one, files) ?? []);
        return told.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column));
      }),
    typesAt: (file, offsets) =>
      ask(() =>
        offsets.map((offset) => {
          const place = at(file, offset);
          if (!place || place.node === place.source) return null;
          return place.checker.typeToString(place.checker.getTypeAtLocation(place.node), place.node, ts.TypeFormatFlags.NoTruncation);
        }),
      ),
    scopeAt: (file, offset) =>
      ask(() => {
        const place = at(file, offset);
        return place ? visible(place.checker, place.source, place.node, offset).map((symbol) => described(place.checker, symbol, place.node)) : [];
      }),
    membersAt: (file, offset, [first, ...rest]) =>
      ask(() => {
        const place = at(file, offset);
        if (!place) return [];
        const { checker, node } = place;
        let symbol = visible(checker, place.source, node, offset).find((one) => one.getName() === first);
        for (const name of rest) symbol = symbol && propertiesOf(checker, symbol, node).find((one) => one.getName() === name);
        return symbol ? propertiesOf(checker, symbol, node).map((one) => described(checker, one, node)) : [];
      }),
    completionsAt: (file, offset) =>
      ask(() => (service.getCompletionsAtPosition(pathInside(file), offset, undefined)?.entries ?? []).map(({ name, kind }) => ({ name, kind }))),
  };
}

const propertiesOf = (checker: Checker, symbol: CompilerSymbol, node: CompilerNode): CompilerSymbol[] => {
  const type = checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(symbol, node));
  return expands(type) ? type.getProperties() : [];
};

/** Texts, numbers and functions have methods, which nobody picks a value from. */
function expands(type: CompilerType): boolean {
  if (type.getCallSignatures().length > 0) return false;
  const names = type.getProperties().map((one) => one.getName());
  return names.length > 0 && !names.includes("valueOf") && !names.includes("toString");
}

function fileOf(node: CompilerNode): CompilerNode {
  let at = node;
  while (at.parent) at = at.parent;
  return at;
}

function innermost(ts: Compiler, source: CompilerFile, offset: number): CompilerNode {
  let at: CompilerNode = source;
  for (;;) {
    const inner = ts.forEachChild(at, (child) => (child.getStart() <= offset && offset < child.end ? child : undefined));
    if (!inner) return at;
    at = inner;
  }
}

function toDiagnostic(ts: Compiler, { file, start = 0, length = 0, code, category, messageText }: CompilerDiagnostic, files: CompilerFiles): Diagnostic | null {
  const name = file && files.nameOf(file.fileName);
  // Of a library: nothing that who wrote the source could mend.
  if (!file || name == null) return null;
  const begin = file.getLineAndCharacterOfPosition(start);
  const end = file.getLineAndCharacterOfPosition(start + length);
  return {
    file: name,
    line: begin.line + 1,
    column: begin.character + 1,
    end_line: end.line + 1,
    end_column: end.character + 1,
    code: `TS${code}`,
    message: ts.flattenDiagnosticMessageText(messageText, "\n"),
    severity: category === 1 ? "error" : "warning",
  };
}
