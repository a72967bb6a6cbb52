/**
 * As much of the TypeScript compiler's interface as is used here. The compiler is handed in:
 * version 7 has no such interface any more, so whoever checks brings version 5 or 6, and the
 * package depends on none.
 * @module
 */

export interface CompilerNode {
  readonly kind: number;
  readonly pos: number;
  readonly end: number;
  readonly parent: CompilerNode;
  getStart(): number;
}

export interface CompilerFile extends CompilerNode {
  readonly fileName: string;
  readonly text: string;
  getLineAndCharacterOfPosition(position: number): { line: number; character: number };
}

export interface CompilerSymbol {
  readonly flags: number;
  getName(): string;
  getDeclarations(): CompilerNode[] | undefined;
  getDocumentationComment(checker: undefined): ReadonlyArray<{ text: string }>;
}

export interface CompilerType {
  readonly flags: number;
  getProperties(): CompilerSymbol[];
  getCallSignatures(): readonly unknown[];
  getNonNullableType(): CompilerType;
}

export interface Checker {
  getTypeAtLocation(node: CompilerNode): CompilerType;
  getTypeOfSymbolAtLocation(symbol: CompilerSymbol, node: CompilerNode): CompilerType;
  getSymbolsInScope(node: CompilerNode, meaning: number): CompilerSymbol[];
  typeToString(type: CompilerType, enclosing?: CompilerNode, flags?: number): string;
  getNonNullableType(type: CompilerType): CompilerType;
}

export interface CompilerDiagnostic {
  readonly file?: CompilerFile | undefined;
  readonly start?: number | undefined;
  readonly length?: number | undefined;
  readonly code: number;
  /** 1: an error. */
  readonly category: number;
  readonly messageText: string | object;
}

export interface LanguageService {
  getProgram(): { getTypeChecker(): Checker; getSourceFile(file: string): CompilerFile | undefined } | undefined;
  getSyntacticDiagnostics(file: string): readonly CompilerDiagnostic[];
  getSemanticDiagnostics(file: string): readonly CompilerDiagnostic[];
  getCompletionsAtPosition(file: string, position: number, options: undefined): { entries: ReadonlyArray<{ name: string; kind: string; sortText: string }> } | undefined;
}

export interface Snapshot {
  getText(start: number, end: number): string;
  getLength(): number;
  getChangeRange(): undefined;
}

export interface LanguageServiceHost {
  getCompilationSettings(): Record<string, never>;
  getScriptFileNames(): string[];
  getScriptVersion(file: string): string;
  getScriptSnapshot(file: string): Snapshot | undefined;
  getCurrentDirectory(): string;
  getDefaultLibFileName(): string;
  fileExists(file: string): boolean;
  readFile(file: string): string | undefined;
  directoryExists?(folder: string): boolean;
  getDirectories?(folder: string): string[];
}

/** The module `typescript`, version 5 or 6. */
export interface Compiler {
  readonly version: string;
  createLanguageService(host: LanguageServiceHost, registry: unknown): LanguageService;
  createDocumentRegistry(caseSensitive: boolean): unknown;
  flattenDiagnosticMessageText(text: string | object | undefined, newLine: string): string;
  forEachChild(node: CompilerNode, visit: (child: CompilerNode) => CompilerNode | undefined): CompilerNode | undefined;
  readonly ScriptTarget: { readonly ES2024: number };
  readonly ModuleKind: { readonly ESNext: number };
  readonly ModuleResolutionKind: { readonly Bundler: number };
  readonly SymbolFlags: { readonly Variable: number; readonly Optional: number };
  readonly TypeFlags: { readonly Any: number; readonly Undefined: number };
  readonly TypeFormatFlags: { readonly NoTruncation: number };
}
