/**
 * The files that the compiler sees: the libraries, which never change, and the project's, which
 * are replaced whole. There is no disk.
 * @module
 */
import type { Compiler, LanguageServiceHost, Snapshot } from "./compiler.ts";

/** Paths such as `/lib/lib.es2024.d.ts`, `/node_modules/everstep/package.json`, and their texts. */
export type Libraries = Readonly<Record<string, string>>;
/** By path in the project: `workflows/welcome.ts`. */
export type ProjectFiles = Readonly<Record<string, string>>;

const root = "/project/";
/** What is there without being imported. */
const ambient = /^\/lib\/(?!lib\.)/;

export const pathInside = (path: string): string => `${root}${path.replace(/^(\.?\/)+/, "")}`;

export class CompilerFiles {
  readonly #libraries: Libraries;
  readonly #folders = new Set<string>();
  /** What the project's are called outside, by the path in here. */
  #names = new Map<string, string>();
  #files = new Map<string, { text: string; version: number }>();
  #version = 0;

  constructor(libraries: Libraries) {
    this.#libraries = libraries;
    for (const path of Object.keys(libraries)) this.#addFolders(path);
  }

  /** Another project: files that are not named are gone, those that are as before are not read again. */
  replace(files: ProjectFiles): void {
    const before = this.#files;
    this.#names = new Map();
    this.#files = new Map();
    for (const [name, text] of Object.entries(files)) {
      const path = pathInside(name);
      const known = before.get(path);
      this.#names.set(path, name);
      this.#files.set(path, known?.text === text ? known : { text, version: ++this.#version });
      this.#addFolders(path);
    }
  }

  /** The project's own paths in here. */
  get paths(): string[] {
    return [...this.#files.keys()];
  }

  /** What a file is called outside; null of a library's. */
  nameOf(path: string): string | null {
    return this.#names.get(path) ?? null;
  }

  host(ts: Compiler): LanguageServiceHost {
    const read = (path: string): string | undefined => this.#files.get(path)?.text ?? (Object.hasOwn(this.#libraries, path) ? this.#libraries[path] : undefined);
    const everywhere = Object.keys(this.#libraries).filter((path) => ambient.test(path));
    const options = {
      strict: true,
      noEmit: true,
      isolatedModules: true,
      skipLibCheck: true,
      allowImportingTsExtensions: true,
      target: ts.ScriptTarget.ES2024,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      types: [],
      lib: ["lib.es2024.d.ts", "lib.esnext.disposable.d.ts"],
    };
    return {
      getCompilationSettings: () => options as never,
      getScriptFileNames: () => [...everywhere, ...this.#files.keys()],
      getScriptVersion: (path) => String(this.#files.get(path)?.version ?? 0),
      getScriptSnapshot: (path) => {
        const text = read(path);
        return text === undefined ? undefined : snapshotOf(text);
      },
      getCurrentDirectory: () => root.slice(0, -1),
      getDefaultLibFileName: () => "/lib/lib.es2024.d.ts",
      fileExists: (path) => read(path) !== undefined,
      readFile: read,
      directoryExists: (folder) => this.#folders.has(folder),
      getDirectories: () => [],
    };
  }

  #addFolders(path: string): void {
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      const folder = path.slice(0, end);
      if (this.#folders.has(folder)) return;
      this.#folders.add(folder);
    }
  }
}

const snapshotOf = (text: string): Snapshot => ({ getText: (start, end) => text.slice(start, end), getLength: () => text.length, getChangeRange: () => undefined });
