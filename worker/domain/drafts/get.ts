import type { TenantContext } from "../context.ts";
import { findWorkflow } from "../workflows/find.ts";
import { readDraft, readPublished } from "./published.ts";
import { type SourceView, viewSource } from "./view.ts";

/** @throws PlatformError `not-found` */
export async function getSource({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<SourceView> {
  const workflow = await findWorkflow(ctx, input.id);
  const [published, draft] = await Promise.all([readPublished(ctx, workflow), readDraft(ctx, workflow.id)]);
  return viewSource(workflow, published, draft);
}
