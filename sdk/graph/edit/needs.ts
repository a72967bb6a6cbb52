/**
 * Names of `everstep` and zod in code that is added, which the file does not know yet.
 * @module
 */
import { parseStatements } from "../parse/babel.ts";
import type { Edit } from "./edit.ts";
import { namesOf } from "./names/resolve.ts";

/** What authors import by these names. */
const importable = new Set(["actions", "ActionRefusedError", "ChildFailedError", "crm", "durationMs", "NonRetryableError", "on", "StepTimeoutError", "WaitTimeoutError", "workflow", "z"]);

export function needsOf(edit: Edit, text: string): void {
  const statements = parseStatements(text, 0)?.statements ?? parseStatements(`(${text})`, 0)?.statements ?? [];
  for (const { name, declared } of namesOf(statements).references) {
    if (declared || !importable.has(name) || edit.graph.imports.some(({ local }) => local === name)) continue;
    if (new RegExp(`(?:const|let|var|function|class|[{,(])\\s*${name}\\b`).test(edit.source.replace(/import[^;]*?from/g, ""))) continue;
    edit.needs.add(name);
  }
}
