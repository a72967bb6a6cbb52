import { and, eq } from "drizzle-orm";
import { z } from "zod";
import type { WorkflowRow } from "../../../db/credentials.ts";
import { workflowDrafts } from "../../../db/schema/drafts.ts";
import { workflows } from "../../../db/schema/workflows.ts";
import type { Statement } from "../../../db/tenant-db.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { whoOf } from "../versions/record.ts";
import { findWorkflow } from "../workflows/find.ts";
import { defaultFile, type DraftRow, readDraft, readPublished } from "./published.ts";
import { revisionConflict, type SavedView, sourceText, syntaxDiagnostics, viewSource } from "./view.ts";

export const saveBody = z.strictObject({ source: sourceText });

interface Input {
  id: string;
  source: string;
  /** The revision that was seen; null: whatever it is. */
  version: number | null;
}

/**
 * Saves a workflow's source as its draft; what equals the published one is none. Nothing runs
 * differently by it, and it need not even parse.
 * @throws PlatformError `not-found`; `version-conflict` with both sources
 */
export async function saveDraft({ ctx, input }: { ctx: TenantContext; input: Input }): Promise<SavedView> {
  for (let fresh = ctx; ; fresh = { ...ctx, workflow: null }) {
    const workflow = await findWorkflow(fresh, input.id);
    const [published, draft] = await Promise.all([readPublished(ctx, workflow), readDraft(ctx, workflow.id)]);
    const current = draft?.source ?? published.source;
    if (input.version !== null && input.version !== workflow.revision) throw revisionConflict(input.version, workflow, { current, yours: input.source });
    const file = draft?.file ?? published.file ?? defaultFile(workflow.id);
    const answer = (row: WorkflowRow, saved: DraftRow | null): SavedView => ({ ...viewSource(row, published, saved), diagnostics: syntaxDiagnostics(file, input.source) });
    if (current === input.source) return answer(workflow, draft);

    const revision = workflow.revision + 1;
    const saved = input.source === published.source ? null : draftOf(ctx, workflow, { file, source: input.source, base_version: draft?.base_version ?? published.version });
    const done = await changeSource(ctx, workflow, [
      saved ? putDraft(ctx, saved) : ctx.db.delete(workflowDrafts, eq(workflowDrafts.workflow_id, workflow.id)),
      audited(ctx, { action: "workflow.save_draft", entityId: workflow.id, before: { revision: workflow.revision, has_draft: draft !== null }, after: { revision, has_draft: saved !== null, characters: input.source.length } }),
    ]);
    if (done) return answer({ ...workflow, revision }, saved);
  }
}

/** A draft of the workflow's next revision. */
export function draftOf(ctx: TenantContext, { id, revision }: WorkflowRow, draft: Pick<DraftRow, "file" | "source" | "base_version">): DraftRow {
  const by = whoOf(ctx.actor);
  return { ...draft, tenant_id: ctx.tenant, workflow_id: id, revision: revision + 1, updated_at: ctx.now, updated_by_kind: by.kind, updated_by_id: by.id };
}

export function putDraft({ db }: TenantContext, { workflow_id, ...draft }: DraftRow): Statement {
  return db.upsert(workflowDrafts, { workflow_id, ...draft }, [workflowDrafts.tenant_id, workflowDrafts.workflow_id], draft);
}

/** The source's next revision, with these statements. False: somebody was quicker, nothing was done. */
export function changeSource({ db }: TenantContext, { id, revision }: WorkflowRow, statements: readonly Statement[]): Promise<boolean> {
  const same = db.exists(workflows, and(eq(workflows.id, id), eq(workflows.revision, revision)));
  return db.batchIf(same, [...statements, db.update(workflows, { revision: revision + 1 }, eq(workflows.id, id))]);
}
