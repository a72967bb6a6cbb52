/**
 * JSON given on the command line: as text, as `@file`, or `-` for standard input.
 * @module
 */
import { readFileSync } from "node:fs";
import { usageError } from "./failure.ts";
import { errorOffset } from "./json-error.ts";

/**
 * @param flag name of the flag, for messages
 * @throws CommandError that says where the JSON is wrong
 */
export function readJsonFlag(flag: string, text: string): unknown {
  if (text === "-") return parse(flag, readStandardInput(), "standard input");
  if (!text.startsWith("@")) return parse(flag, text, "");
  const path = text.slice(1);
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (error) {
    throw usageError(`--${flag}: ${path} cannot be read (${error instanceof Error && "code" in error ? String(error.code) : String(error)})`);
  }
  return parse(flag, content, path);
}

export function readStandardInput(): string {
  return readFileSync(0, "utf8");
}

function parse(flag: string, text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const offset = errorOffset(text);
    const before = text.slice(0, offset);
    const line = before.split("\n").length;
    const column = offset - before.lastIndexOf("\n");
    const where = source ? `${source}:${line}:${column}` : `position ${offset}`;
    const reason = (error instanceof Error ? error.message : String(error)).replace(/ in JSON at position.*| is not valid JSON$/s, "").replace(/, "?\.{3}.*/s, "");
    const excerpt = JSON.stringify(text.slice(Math.max(0, offset - 20), offset + 20));
    throw usageError(
      `--${flag} is not valid JSON at ${where}: ${reason} (near ${excerpt})`,
      source ? undefined : `Quote it for the shell: --${flag} '{"name":"Ada"}'`,
    );
  }
}
