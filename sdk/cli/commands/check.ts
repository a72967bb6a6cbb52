import { relative, sep } from "node:path";
import type { Diagnostic } from "../../schema/diagnostic.ts";
import { bundleForDeploy } from "../bundle/index.ts";
import { findEntry } from "../bundle/entry.ts";
import type { Command } from "../command.ts";
import { CommandError, type ExitCode, exitCodes } from "../failure.ts";
import { safe } from "../format.ts";
import { typeCheck } from "../type-check.ts";
import { findInProject } from "./test.ts";

export const checkCommand: Command = {
  usage: "check [FILE|FOLDER]",
  summary: "Check workflows without deploying them: syntax, types, and whether they build.",
  more: "Default: the folder workflows. Types are checked by the TypeScript that your project has\ninstalled, as your tsconfig.json says. Exit 1: types are wrong; 4: it does not build.",
  positionals: [0, 1],
  async run({ positionals: [target = "workflows"], out }) {
    const { root, files } = findEntry(target);
    const tsc = findInProject("typescript", "bin/tsc");
    const [built, typed] = await Promise.all([buildFaults(target), tsc ? typeCheck(tsc, root, files) : null]);
    // Syntax is told by both: once is enough.
    const lines = new Set(typed?.map(({ file, line }) => `${file}:${line}`));
    const diagnostics = [...(typed ?? []), ...built.filter(({ file, line }) => !lines.has(`${file}:${line}`))];
    out.json({ ok: diagnostics.length === 0 && typed !== null, files: files.map((file) => relative(root, file).split(sep).join("/")), types: typed ? "checked" : "unavailable", diagnostics });
    for (const one of diagnostics) out.print(`${out.paint.bold(safe(place(one)))}${out.paint.red(one.severity)} ${one.code}: ${safe(one.message)}`);
    if (!typed) throw new CommandError(exitCodes.usage, "types were not checked: typescript is not installed in this project", "npm install --save-dev typescript");
    if (diagnostics.length === 0) out.print(`${out.paint.green("✓")} ${files.length} ${files.length === 1 ? "file" : "files"}: nothing is wrong`);
    return exitCodeOf(built, typed);
  },
};

const place = ({ file, line, column }: Diagnostic): string => (file === "" ? "" : `${file}:${line}:${column}: `);

function exitCodeOf(built: readonly Diagnostic[], typed: readonly Diagnostic[]): ExitCode {
  if (built.length > 0) return exitCodes.refused;
  return typed.some(({ severity }) => severity === "error") ? exitCodes.failed : exitCodes.ok;
}

/** What keeps it from being bundled; empty when nothing does. */
async function buildFaults(target: string): Promise<Diagnostic[]> {
  try {
    await bundleForDeploy(target);
    return [];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return error.message.split(/\n(?=\S)/).map((text) => {
      const [, file = "", line = "1", column = "1", message = text] = /^(\S.*?):(\d+):(\d+): ([^]*)$/.exec(text) ?? [];
      const [row, at] = [Number(line), Number(column)];
      return { file, line: row, column: at, end_line: row, end_column: at, code: "build", message, severity: "error" };
    });
  }
}
