/**
 * Questions on the terminal.
 * @module
 */
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { usageError } from "./failure.ts";

/**
 * @param hidden what is typed is not shown
 * @param otherwise what to do where nobody can be asked
 * @throws CommandError when there is no terminal
 */
export async function ask(question: string, { hidden = false, otherwise }: { hidden?: boolean; otherwise: string }): Promise<string> {
  if (!process.stdin.isTTY) throw usageError("there is no terminal to ask on", otherwise);
  process.stderr.write(question);
  const output = hidden ? new Writable({ write: (_chunk, _encoding, done) => done() }) : process.stderr;
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  try {
    return await lines.question("");
  } finally {
    lines.close();
    if (hidden) process.stderr.write("\n");
  }
}
