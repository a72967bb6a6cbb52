/**
 * Makes a deployment out of TypeScript files: one readable ES module and its sources.
 * @module
 */
import { type BuildFailure, type BuildOptions, type BuildResult, build, type Message } from "esbuild";
import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { type DeploymentRequest, type SourceMap, sourceMap } from "../../schema/manifest.ts";
import { CommandError, exitCodes } from "../failure.ts";
import { packageRoot } from "../package.ts";
import { type Entry, type EntryModule, entryModule, findEntry, projectRoot } from "./entry.ts";
import { mentionsLocales, withoutLocales } from "./zod-locales.ts";

export const bundleName = "workflows.js";

/** Stands for the module that exports them all; no file has this name. */
const entryName = "everstep:entry";

export interface Bundle {
  request: DeploymentRequest;
  /** Source map of the one module, to tell where an error comes from. */
  map: SourceMap;
  /** Absolute paths of every file that went in and belongs to the project. */
  inputs: string[];
  entry: Entry;
}

/**
 * @param target a workflow file, a folder of them, or several of these
 * @throws CommandError when nothing is there or it does not build, with file, line and column
 */
export async function bundleForDeploy(target: string | readonly string[]): Promise<Bundle> {
  const entry = findEntry(target);
  try {
    const { contents, exports, inputs } = await entryModule(entry, shared(entry.root));
    const result = await build({
      ...shared(entry.root),
      plugins: inputs.some(mentionsLocales) ? [] : [withoutLocales],
      stdin: { contents, resolveDir: entry.root, sourcefile: entryName, loader: "ts" },
      outfile: join(entry.root, bundleName),
      sourcemap: "external",
      sourcesContent: false,
      metafile: true,
      write: false,
    });
    return toBundle(entry, exports, result);
  } catch (error) {
    throw isBuildFailure(error) ? buildError(error) : error;
  }
}

function shared(root: string) {
  return {
    absWorkingDir: root,
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    charset: "utf8",
    logLevel: "silent",
    legalComments: "none",
    // A project without its own copies gets the ones this package came with.
    nodePaths: [join(packageRoot, "node_modules"), join(packageRoot, "..", "node_modules"), dirname(packageRoot)],
  } satisfies BuildOptions;
}

function toBundle(entry: Entry, exports: EntryModule["exports"], result: BuildResult<{ metafile: true; write: false }>): Bundle {
  const find = (end: string): string => result.outputFiles.find(({ path }) => path.endsWith(end))?.text ?? "";
  const inputs = Object.keys(result.metafile.inputs)
    .filter((path) => !path.startsWith("<") && !path.includes(":"))
    .map((path) => resolve(entry.root, path))
    .filter((path) => isOwn(path, entry.root));
  const sources = inputs.map((path) => [relative(entry.root, path).split(sep).join("/"), readFileSync(path, "utf8")] as const);
  const map = readMap(find(`${bundleName}.map`));
  return {
    request: { main: bundleName, modules: { [bundleName]: find(bundleName) }, sources: Object.fromEntries(sources), maps: { [bundleName]: map }, exports },
    map,
    inputs,
    entry,
  };
}

/** Files of packages by their place in node_modules: where that folder lies is nobody's business. */
function readMap(text: string): SourceMap {
  const map = sourceMap.parse(JSON.parse(text));
  return { ...map, sources: map.sources.map((path) => path?.replace(/^.*\/(?=node_modules\/)/, "") ?? null) };
}

/** Part of the project, not of a package that it uses. */
function isOwn(path: string, root: string): boolean {
  return path.startsWith(root + sep) && !path.includes(`${sep}node_modules${sep}`) && projectRoot(dirname(path)) === projectRoot(root);
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}

function buildError(failure: BuildFailure): CommandError {
  return new CommandError(exitCodes.refused, failure.errors.map(describe).join("\n"));
}

/** `file:line:column: text`, columns counted from 1. */
function describe({ location, text, notes }: Message): string {
  const at = location && location.file !== entryName ? `${location.file}:${location.line}:${location.column + 1}: ` : "";
  const more = notes.map((note) => `\n  ${note.text}`).join("");
  return `${at}${text}${more}`;
}
