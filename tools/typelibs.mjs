// What the compiler knows when it checks a workflow without a disk: the language's own
// declarations, what the sandbox offers, everstep and zod. Only what is reached from there.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import ts from "typescript-js";
import { sandboxDeclarations } from "./typelibs-sandbox.mjs";

const require = createRequire(import.meta.url);
const languageLibs = dirname(require.resolve("typescript-js"));
const zod = dirname(require.resolve("zod/package.json"));

/** Where each package lies in there, and what it is told apart by. */
const exported = {
  everstep: { ".": { types: "./dist/authoring/index.d.ts" } },
  zod: { ".": { types: "./index.d.ts" }, "./v4": { types: "./v4/index.d.ts" }, "./v4/core": { types: "./v4/core/index.d.ts" } },
};

/**
 * The compiler has to compare zod's classes whole wherever one is the bound of a type parameter:
 * half a second and 50 MB for a workflow of one line. What zod offers libraries in their place
 * (`z.core.$ZodType`) takes and refuses the same schemas.
 */
const lighter = [
  [/^authoring\//, /\bz\.(ZodType|ZodObject|ZodUnknown)\b/g, "z.core.$$$1"],
  [/^schema\/(actions\/spec|crm\/fields|crm\/entity|event-catalogue)\.d\.ts$/, /\bz\.ZodType\b/g, "z.core.$$ZodType"],
];

const keepsComments = /^\/node_modules\/everstep\//;

/** @returns texts by path: `/lib/lib.es2024.d.ts`, `/node_modules/everstep/dist/…` */
export function typeLibraries(root) {
  const lightened = lighter.map(() => 0);
  const read = (path) => {
    const inside = /^\/node_modules\/everstep\/dist\/(.*)$/.exec(path)?.[1];
    if (inside !== undefined) {
      let text = readText(join(root, "sdk/dist", inside));
      for (const [index, [files, pattern, into]] of lighter.entries()) {
        if (text === undefined || !files.test(inside)) continue;
        text = text.replaceAll(pattern, (...match) => (lightened[index]++, match[0].replace(pattern, into)));
      }
      return text;
    }
    const [, name, rest] = /^\/node_modules\/([^/]+)\/(.*)$/.exec(path) ?? [];
    if (name !== undefined && rest === "package.json" && name in exported) return JSON.stringify({ name, type: "module", exports: exported[name] });
    if (name === "zod") return readText(join(zod, rest));
    if (path === "/lib/sandbox.d.ts") return sandbox;
    return path.startsWith("/lib/") ? readText(join(languageLibs, path.slice(5))) : undefined;
  };
  const sandbox = sandboxDeclarations();
  const entry = 'import "everstep"; import "zod"; import "zod/v4";';
  const options = { target: ts.ScriptTarget.ES2024, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, types: [], lib: ["lib.es2024.d.ts", "lib.esnext.disposable.d.ts"], allowImportingTsExtensions: true, noEmit: true };
  const texts = new Map();
  const take = (path) => {
    if (path === "/entry.ts") return entry;
    if (!texts.has(path)) texts.set(path, read(path));
    return texts.get(path);
  };
  const host = {
    getSourceFile: (path, target) => (take(path) === undefined ? undefined : ts.createSourceFile(path, take(path), target)),
    getDefaultLibFileName: () => "/lib/lib.es2024.d.ts",
    getDefaultLibLocation: () => "/lib",
    getCurrentDirectory: () => "/",
    getCanonicalFileName: (path) => path,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
    writeFile: () => {},
    fileExists: (path) => take(path) !== undefined,
    readFile: take,
  };
  const program = ts.createProgram(["/entry.ts", "/lib/sandbox.d.ts"], options, host);
  // What does not resolve would be `any`, and any code right.
  const ours = program.getSourceFiles().filter(({ fileName }) => /^\/(node_modules\/everstep|lib\/sandbox)/.test(fileName));
  const faults = [...program.getOptionsDiagnostics(), ...ours.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])];
  if (faults.length > 0) throw new Error(`The type libraries do not hold together:\n${faults.map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`).join("\n")}`);
  for (const [index, [files]] of lighter.entries()) if (lightened[index] === 0) throw new Error(`Nothing was made lighter in ${files}: look at tools/typelibs.mjs`);

  const printer = ts.createPrinter({ removeComments: true });
  const reached = program.getSourceFiles().map(({ fileName }) => fileName).filter((path) => path !== "/entry.ts");
  const packages = Object.keys(exported).map((name) => `/node_modules/${name}/package.json`);
  return Object.fromEntries([...reached, ...packages].sort().map((path) => [path, path.endsWith(".json") ? take(path) : stripped(path, take(path), printer)]));
}

/** References to other libraries are comments too. */
function stripped(path, text, printer) {
  if (keepsComments.test(path)) return text;
  const references = text.match(/^\/\/\/ <reference lib=.*$/gm) ?? [];
  return [...references, printer.printFile(ts.createSourceFile(path, text, ts.ScriptTarget.ES2024)).replaceAll(/^\/\/\/ <reference.*\n/gm, "").replaceAll(/^ +/gm, "")].join("\n");
}

function readText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
