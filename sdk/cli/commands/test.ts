import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import type { Command } from "../command.ts";
import { CommandError, exitCodes } from "../failure.ts";

/** Path of a package's file, as the project in the working folder sees it. */
export function findInProject(packageName: string, file: string): string | undefined {
  try {
    const require = createRequire(join(resolve("."), "package.json"));
    return join(dirname(require.resolve(`${packageName}/package.json`)), file);
  } catch {
    return undefined;
  }
}

/** Runs a Node program with this terminal. @returns its exit code */
export function runNode(program: string, args: readonly string[]): Promise<number> {
  return new Promise((settle, reject) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: "inherit" });
    child.once("error", reject);
    child.once("exit", (code) => settle(code ?? 1));
  });
}

export const testCommand: Command = {
  usage: "test [FILTER...]",
  summary: "Run the project's tests (vitest).",
  positionals: [0, 100],
  async run({ positionals }) {
    const vitest = findInProject("vitest", "vitest.mjs");
    if (!vitest) throw new CommandError(exitCodes.usage, "vitest is not installed in this project", "npm install --save-dev vitest");
    return (await runNode(vitest, ["run", ...positionals])) === 0 ? exitCodes.ok : exitCodes.failed;
  },
};
