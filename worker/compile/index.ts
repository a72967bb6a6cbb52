/**
 * Makes a deployment out of TypeScript at the edge, file by file: types are taken away, imports
 * led to the modules beside (docs/decisions/0018-compiling-at-the-edge.md). Nothing is bundled,
 * and no package but `everstep` and `zod` is there.
 * @module
 */
import { encode } from "@jridgewell/sourcemap-codec";
import type { DeploymentRequest, SourceMap } from "../../sdk/schema/manifest.ts";
import type { BundleProblem } from "../domain/ports.ts";
import { checkSource } from "./check.ts";
import { libraryPath, libraryText } from "./library.ts";
import { isRelative, modulePath, resolveFile, specifierTo } from "./resolve.ts";
import { rewritten, strip, type Stripped } from "./strip.ts";

export type Files = Readonly<Record<string, string>>;
export type Compiled = { ok: true; request: DeploymentRequest } | { ok: false; problems: BundleProblem[] };

/** Files that one workflow may consist of, and their characters. */
export const mostFiles = 100;
export const mostCharacters = 1_000_000;

/**
 * @param files sources by path, those that `main` does not import among them
 * @param main path of the file whose exports are the workflows
 * @example
 * ```ts
 * const compiled = compileSources({ "workflows/hello.ts": source }, "workflows/hello.ts");
 * if (compiled.ok) await ctx.sandbox.prepare(ctx.env, ctx.tenant, compiled.request);
 * ```
 */
export function compileSources(files: Files, main: string): Compiled {
  if (!Object.hasOwn(files, main)) return refused(main, "there is no such file");
  const reached = reachable(files, main);
  if (reached.problems.length > 0) return { ok: false, problems: reached.problems };
  const { modules, problems } = stripped(files, main);
  if (problems.length > 0) return { ok: false, problems };
  const clash = Array.from(modules.keys()).find((file) => modulePath(file) !== file && modules.has(modulePath(file)));
  if (clash !== undefined) return refused(clash, `it compiles to ${modulePath(clash)}, and that file is there too: give one of them another name`);

  const request: DeploymentRequest = { main: modulePath(main), modules: {}, sources: reached.sources, maps: {}, exports: exportsOf(modules, files, main) };
  const maps: Record<string, SourceMap> = {};
  for (const [file, module] of modules) {
    const path = modulePath(file);
    const { code, mappings } = rewritten(module, ({ specifier }) => {
      const library = libraryPath(specifier);
      if (library !== null) request.modules[library] = libraryText(library);
      const target = library ?? (isRelative(specifier) ? resolveFile(files, file, specifier) : null);
      return target === null ? null : specifierTo(path, modulePath(target));
    });
    request.modules[path] = code;
    maps[path] = { version: 3, sources: [file], mappings: encode(mappings) };
  }
  return { ok: true, request: { ...request, maps } };
}

function refused(file: string, message: string): Compiled {
  return { ok: false, problems: [{ file, line: 0, column: 0, message }] };
}

/** Every file that belongs to `main`, for its types alone too, each with a sound syntax. */
function reachable(files: Files, main: string): { sources: Record<string, string>; problems: BundleProblem[] } {
  const sources: Record<string, string> = {};
  const problems: BundleProblem[] = [];
  const queue = [main];
  let characters = 0;
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    if (Object.hasOwn(sources, file)) continue;
    const source = files[file] ?? "";
    sources[file] = source;
    characters += source.length;
    if (Object.keys(sources).length > mostFiles) return { sources, problems: [{ file, line: 0, column: 0, message: `it takes more than ${mostFiles} files: deploy it from a repository with \`everstep deploy\`` }] };
    if (characters > mostCharacters) return { sources, problems: [{ file, line: 0, column: 0, message: `its files have more than ${mostCharacters.toLocaleString("en")} characters: deploy it from a repository with \`everstep deploy\`` }] };
    const checked = checkSource(file, source);
    problems.push(...checked.problems);
    for (const { specifier, line, column } of checked.imports) {
      if (!isRelative(specifier)) continue;
      const target = resolveFile(files, file, specifier);
      if (target === null) problems.push({ file, line, column, message: `there is no file for "${specifier}"` });
      else queue.push(target);
    }
  }
  return { sources, problems };
}

/** What is left of them without types, as far as it is imported then. */
function stripped(files: Files, main: string): { modules: Map<string, Stripped>; problems: BundleProblem[] } {
  const modules = new Map<string, Stripped>();
  const problems: BundleProblem[] = [];
  const queue = [main];
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    if (modules.has(file)) continue;
    const module = tryStrip(file, files[file] ?? "");
    if ("message" in module) {
      problems.push(module);
      continue;
    }
    modules.set(file, module);
    for (const { specifier, line, column } of module.imports) {
      const target = isRelative(specifier) ? resolveFile(files, file, specifier) : null;
      if (target !== null) queue.push(target);
      else if (isPackage(specifier) && libraryPath(specifier) === null) problems.push({ file, line, column, message: `"${specifier}" is a package, and what is published from here imports only files of its own, "everstep" and "zod". Deploy it from a repository with \`everstep deploy\`` });
    }
  }
  return { modules, problems };
}

/** What has a scheme is the platform's to allow. */
const isPackage = (specifier: string): boolean => !isRelative(specifier) && !/^[a-z]+:/.test(specifier);

function tryStrip(file: string, source: string): Stripped | BundleProblem {
  try {
    return strip(file, source);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const at = /\((\d+):(\d+)\)/.exec(error.message);
    return { file, line: Number(at?.[1] ?? 1), column: Number(at?.[2] ?? 0) + 1, message: error.message.replace(/^Error transforming [^:]*: | ?\(\d+:\d+\)$/g, "") };
  }
}

/** Which export of which file each export of `main` is. */
function exportsOf(modules: ReadonlyMap<string, Stripped>, files: Files, main: string): Record<string, { file: string; name: string }> {
  const found: Record<string, { file: string; name: string }> = {};
  const seen = new Set<string>();
  const read = (file: string): void => {
    const module = modules.get(file);
    if (!module || seen.has(file)) return;
    seen.add(file);
    for (const name of module.exports) if (!Object.hasOwn(found, name) && (file === main || name !== "default")) found[name] = { file, name };
    for (const star of module.stars) read(resolveFile(files, file, star) ?? "");
  };
  read(main);
  return found;
}
