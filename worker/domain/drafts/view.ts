import { z } from "zod";
import type { WorkflowRow } from "../../../db/credentials.ts";
import { diagnostic, type Diagnostic } from "../../../sdk/schema/diagnostic.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { checkSource } from "../../compile/check.ts";
import { iso } from "../context.ts";
import type { BundleProblem } from "../ports.ts";
import { defaultFile, type DraftRow, type Published } from "./published.ts";

/** In UTF-16 units. */
export const longestSource = 500_000;
export const sourceText = z.string().max(longestSource).describe("TypeScript");

export const sourceView = z.object({
  workflow_id: z.string(),
  file: z.string().describe("Path among the sources of its deployment"),
  source: z.string().nullable().describe("The draft if there is one, else what is published; null when it was deployed without its sources"),
  revision: z.number().int().describe("Counts up with every change of the source: its ETag"),
  has_draft: z.boolean(),
  published_version: z.number().int(),
  base_version: z.number().int().nullable().describe("What was published when the draft was begun; when it is not `published_version`, something was published since"),
  updated_at: z.string().nullable().describe("When the draft was saved"),
  updated_by: z.object({ kind: z.enum(["user", "api_key"]), id: z.string() }).nullable(),
  files: z.record(z.string(), z.string()).describe("The other files of its deployment; they are not changed here"),
});
export type SourceView = z.infer<typeof sourceView>;

export const savedView = sourceView.extend({ diagnostics: z.array(diagnostic).describe("Faults of its syntax; it is saved nevertheless") });
export type SavedView = z.infer<typeof savedView>;

export function viewSource({ id, revision }: Pick<WorkflowRow, "id" | "revision">, published: Published, draft: DraftRow | null): SourceView {
  const file = draft?.file ?? published.file ?? defaultFile(id);
  const { [file]: _, ...files } = published.files;
  return {
    workflow_id: id,
    file,
    source: draft?.source ?? published.source,
    revision,
    has_draft: draft !== null,
    published_version: published.version,
    base_version: draft?.base_version ?? null,
    updated_at: draft ? iso(draft.updated_at) : null,
    updated_by: draft ? { kind: draft.updated_by_kind, id: draft.updated_by_id } : null,
    files,
  };
}

/** Faults of the syntax alone: quick enough to be told at every save. */
export function syntaxDiagnostics(file: string, source: string): Diagnostic[] {
  return checkSource(file, source).problems.map((problem) => asDiagnostic(problem, "syntax"));
}

/** What is about a file as a whole stands at its beginning. */
export function asDiagnostic({ file, line, column, message }: BundleProblem, code: string): Diagnostic {
  const at = { line: Math.max(line, 1), column: Math.max(column, 1) };
  return { file, ...at, end_line: at.line, end_column: at.column, code, message, severity: "error" };
}

/** Another revision than the one that was seen. */
export function revisionConflict(seen: number, { id, revision }: Pick<WorkflowRow, "id" | "revision">, sources: { current: string | null; yours?: string }): PlatformError {
  const yours = sources.yours === undefined ? {} : { yours: { source: sources.yours } };
  return new PlatformError("version-conflict", `The source of \`${id}\` was changed since revision ${seen}: it is revision ${revision} now. Look at both and send it again with \`If-Match: "${revision}"\`.`, undefined, undefined, { version: revision, current: { source: sources.current }, ...yours });
}
