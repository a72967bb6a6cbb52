/**
 * Which files are workflows, and the one module that exports them all.
 * @module
 */
import { type BuildOptions, build } from "esbuild";
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { exitCodes, CommandError } from "../failure.ts";

export interface Entry {
  /** Folder that paths are told relative to: of the nearest package.json, else of the entry. */
  root: string;
  /** Absolute paths of the modules whose exports are deployed. */
  files: string[];
  /** Folders to look into for new files. */
  folders: string[];
}

/**
 * A file stands for itself. A folder stands for its `index.ts` when there is one, else for
 * every TypeScript file in it and below that exports something; tests, declarations and
 * names that begin with `_` or `.` are left out.
 * @throws CommandError when there is nothing to deploy
 */
export function findEntry(target: string | readonly string[]): Entry {
  if (typeof target !== "string") {
    const [first, ...rest] = target.map(findEntry);
    if (!first) throw new CommandError(exitCodes.usage, "no workflow file is named");
    return { root: first.root, files: [first, ...rest].flatMap(({ files }) => files), folders: [first, ...rest].flatMap(({ folders }) => folders) };
  }
  const path = resolve(target);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new CommandError(exitCodes.usage, `${target} does not exist`, "Name a workflow file or a folder of them, e.g. everstep deploy workflows");
  if (stats.isFile()) return { root: projectRoot(dirname(path)), files: [path], folders: [] };
  const folder = existsSync(join(path, "package.json")) && existsSync(join(path, "workflows")) ? join(path, "workflows") : path;
  const index = join(folder, "index.ts");
  if (existsSync(index)) return { root: projectRoot(folder), files: [index], folders: [folder] };
  const found: Entry = { root: projectRoot(folder), files: [], folders: [] };
  collect(folder, found);
  if (found.files.length === 0) throw new CommandError(exitCodes.usage, `${target} holds no workflow: no TypeScript file is there`);
  return found;
}

/** The nearest folder upwards that holds a package.json, else the folder itself. */
export function projectRoot(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, "package.json"))) return at;
    if (dirname(at) === at) return folder;
  }
}

function collect(folder: string, found: Entry): void {
  found.folders.push(folder);
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (/^[._]/.test(entry.name) || entry.name === "node_modules" || entry.name === "dist") continue;
    const path = join(folder, entry.name);
    // Of what lies in a folder like this, only what is named itself.
    if (entry.isDirectory() && !existsSync(join(path, ".everstepignore"))) collect(path, found);
    else if (/\.m?ts$/.test(entry.name) && !/\.(test|spec|d)\.m?ts$/.test(entry.name)) found.files.push(path);
  }
}

/** A module that exports what all files export, under names that differ. */
export interface EntryModule {
  contents: string;
  /** Which export of which file each name is; files by path from the root. */
  exports: Record<string, { file: string; name: string }>;
  /** Absolute paths of the project's own files that it imports, one way or another. */
  inputs: string[];
}

export async function entryModule({ root, files }: Entry, options: BuildOptions): Promise<EntryModule> {
  const { exported, inputs } = await look(files, root, options);
  const exports: EntryModule["exports"] = {};
  const lines: string[] = [];
  for (const [file, names] of exported) {
    const path = relative(root, file).split(sep).join("/");
    const clauses = names.map((name) => {
      const wanted = name === "default" ? `wf_${identifier(path)}` : name;
      const unique = Object.hasOwn(exports, wanted) ? `${wanted}_${identifier(path)}` : wanted;
      exports[unique] = { file: path, name };
      return name === unique ? name : `${name} as ${unique}`;
    });
    if (clauses.length > 0) lines.push(`export { ${clauses.join(", ")} } from ${JSON.stringify(file)};`);
  }
  if (lines.length === 0) {
    const names = files.map((file) => relative(root, file)).join(", ");
    throw new CommandError(exitCodes.refused, `nothing to deploy: no file exports anything (${names})`, "Export a workflow() or a class that extends WorkflowEntrypoint.");
  }
  return { contents: lines.join("\n"), exports, inputs };
}

/** Names that each file exports, and what they import of the project. */
async function look(files: readonly string[], root: string, options: BuildOptions): Promise<{ exported: Array<[string, string[]]>; inputs: string[] }> {
  // Bundling resolves `export *`; packages stay outside, their code is of no interest here.
  const result = await build({ ...options, packages: "external", entryPoints: [...files], outdir: join(root, ".everstep-exports"), outbase: root, metafile: true, write: false });
  const byFile = new Map<string, string[]>();
  for (const output of Object.values(result.metafile.outputs)) {
    if (output.entryPoint) byFile.set(resolve(root, output.entryPoint), output.exports);
  }
  return {
    exported: files.map((file) => [file, byFile.get(file) ?? []]),
    inputs: Object.keys(result.metafile.inputs).map((path) => resolve(root, path)),
  };
}

function identifier(path: string): string {
  return path.replace(/\.m?ts$/, "").replace(/[^a-zA-Z0-9]+/g, "_");
}
