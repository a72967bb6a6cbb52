/**
 * Has the project's own TypeScript check files, as its tsconfig.json says. Any version will do:
 * it is asked as a command, since version 7 has no other interface.
 * @module
 */
import { spawn } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import type { Diagnostic } from "../schema/diagnostic.ts";

/** Where the project says nothing. */
const defaults = { strict: true, target: "ES2024", lib: ["ES2024", "DOM"], module: "ESNext", moduleResolution: "Bundler", types: [], skipLibCheck: true };

/**
 * @param tsc path of `typescript/bin/tsc`
 * @param root the project's folder: paths are told relative to it
 * @param files absolute paths; what they import is checked along
 * @throws Error when the compiler says something else than what is wrong where
 */
export async function typeCheck(tsc: string, root: string, files: readonly string[]): Promise<Diagnostic[]> {
  // Beside the project's own, so that packages and types are looked for from the same place.
  const config = join(root, `.everstep-check-${process.pid}.json`);
  const own = existsSync(join(root, "tsconfig.json"));
  const compilerOptions = { ...(own ? {} : defaults), noEmit: true, allowImportingTsExtensions: true, composite: false, incremental: false };
  writeFileSync(config, JSON.stringify({ ...(own ? { extends: "./tsconfig.json" } : {}), compilerOptions, files, include: ["*.d.ts"], references: [] }));
  try {
    return toDiagnostics(await output(tsc, ["-p", config, "--pretty", "false"]), root);
  } finally {
    rmSync(config, { force: true });
  }
}

function output(program: string, args: readonly string[]): Promise<string> {
  return new Promise((settle, reject) => {
    let text = "";
    const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "inherit"] });
    child.stdout.setEncoding("utf8").on("data", (part: string) => (text += part));
    child.once("error", reject);
    child.once("close", () => settle(text));
  });
}

/** `workflows/a.ts(3,5): error TS2339: …`, and lines that begin with a space and belong to the one before. */
function toDiagnostics(text: string, root: string): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const line of text.split(/\r?\n/)) {
    const at = /^(.+?)\((\d+),(\d+)\): (error|warning) (TS\d+): (.*)$/.exec(line);
    const last = found.at(-1);
    if (at) {
      const [, file = "", row, column, severity, code = "", message = ""] = at;
      const place = { line: Number(row), column: Number(column), end_line: Number(row), end_column: Number(column) };
      found.push({ file: relative(root, resolve(file)).split(sep).join("/"), ...place, code, message, severity: severity === "warning" ? "warning" : "error" });
    } else if (/^\s+\S/.test(line) && last) last.message += `\n${line}`;
    else if (line.startsWith("error TS")) throw new Error(`The TypeScript of this project could not check it: ${line}`);
  }
  return found;
}
