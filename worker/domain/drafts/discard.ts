import { eq } from "drizzle-orm";
import { workflowDrafts } from "../../../db/schema/drafts.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { findWorkflow } from "../workflows/find.ts";
import { readDraft } from "./published.ts";
import { changeSource } from "./save.ts";
import { revisionConflict } from "./view.ts";

/**
 * Gives up unpublished changes; without any there is nothing to do.
 * @throws PlatformError `not-found`, `version-conflict`
 */
export async function discardDraft({ ctx, input }: { ctx: TenantContext; input: { id: string; version: number | null } }): Promise<void> {
  for (let fresh = ctx; ; fresh = { ...ctx, workflow: null }) {
    const workflow = await findWorkflow(fresh, input.id);
    const draft = await readDraft(ctx, workflow.id);
    if (input.version !== null && input.version !== workflow.revision) throw revisionConflict(input.version, workflow, { current: draft?.source ?? null });
    if (!draft) return;
    const done = await changeSource(ctx, workflow, [
      ctx.db.delete(workflowDrafts, eq(workflowDrafts.workflow_id, workflow.id)),
      audited(ctx, { action: "workflow.discard_draft", entityId: workflow.id, before: { revision: draft.revision, base_version: draft.base_version, characters: draft.source.length } }),
    ]);
    if (done) return;
  }
}
