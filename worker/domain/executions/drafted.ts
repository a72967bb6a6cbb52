import type { WorkflowRow } from "../../../db/credentials.ts";
import { mustBeAbleTo } from "../../auth/can.ts";
import { compileSources } from "../../compile/index.ts";
import { inSources } from "../../compile/places.ts";
import type { TenantContext } from "../context.ts";
import { manifestFaults, rejection } from "../deployments/faults.ts";
import { filesWith, readDraft, readPublished } from "../drafts/published.ts";

/** Drafts have no version. */
const noVersion = 0;

/**
 * The workflow as its draft has it; as it is published when there is none. The draft's bundle
 * is stored by its content, and nothing points at it.
 * @throws PlatformError `forbidden` for who may not deploy; `bundle-rejected` with places in the source
 */
export async function drafted(ctx: TenantContext, workflow: WorkflowRow): Promise<WorkflowRow> {
  const [published, draft] = await Promise.all([readPublished(ctx, workflow), readDraft(ctx, workflow.id)]);
  if (!draft) return workflow;
  // What runs is code that nobody has published: its effects are real.
  mustBeAbleTo(ctx.actor, "deployments.write");
  const { file } = draft;
  const compiled = compileSources(filesWith(published, file, draft.source), file);
  if (!compiled.ok) throw rejection(compiled.problems);
  const place = inSources(compiled.request);
  const prepared = await ctx.sandbox.prepare(ctx.env, ctx.tenant, compiled.request);
  const faults = prepared.ok ? manifestFaults(prepared.manifest, compiled.request, ctx.now) : prepared.problems;
  if (!prepared.ok || faults.length > 0) throw rejection(faults.map(place));
  const manifest = prepared.manifest.workflows.find(({ id }) => id === workflow.id);
  if (!manifest) throw rejection([{ file, line: 0, column: 0, message: `does not hold the workflow \`${workflow.id}\` any more` }]);
  return { ...workflow, bundle: prepared.bundle, manifest, version: noVersion };
}
