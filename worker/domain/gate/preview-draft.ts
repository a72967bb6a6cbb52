import { PlatformError } from "../../../sdk/schema/problem.ts";
import { compileSources } from "../../compile/index.ts";
import { inSources } from "../../compile/places.ts";
import type { TenantContext } from "../context.ts";
import { rejection } from "../deployments/faults.ts";
import { filesWith, readDraft, readPublished } from "../drafts/published.ts";
import { findWorkflow } from "../workflows/find.ts";
import { previewDeployment } from "./preview.ts";
import type { DeploymentPreview } from "../../../sdk/schema/gate.ts";

/**
 * What publishing the draft of a workflow would change, and what recorded histories say to it.
 * @throws PlatformError `not-found`; `conflict` without a source; `bundle-rejected` with places in the sources
 */
export async function previewDraft({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<DeploymentPreview> {
  const workflow = await findWorkflow(ctx, input.id);
  const [published, draft] = await Promise.all([readPublished(ctx, workflow), readDraft(ctx, workflow.id)]);
  const file = draft?.file ?? published.file;
  const source = draft?.source ?? published.source;
  if (file === null || source === null) throw new PlatformError("conflict", `\`${workflow.id}\` was deployed without its sources: there is nothing to publish.`);
  const compiled = compileSources(filesWith(published, file, source), file);
  if (!compiled.ok) throw rejection(compiled.problems);
  return previewDeployment({ ctx, input: compiled.request, place: inSources(compiled.request) });
}
