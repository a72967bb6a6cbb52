import { z } from "zod";
import type { TenantContext } from "../context.ts";
import { defaultFile, readDraft, readPublished } from "../drafts/published.ts";
import { findWorkflow } from "../workflows/find.ts";
import { type Opened, openSource } from "./open-source.ts";
import { stepsOfVersion } from "./known-graphs.ts";
import { type ShownStep, shownSteps } from "./shown-steps.ts";
import { type StepView, stepView } from "./step.ts";

export const stepsQuery = z.object({ draft: z.stringbool({ truthy: ["true"], falsy: ["false"] }).default(false).describe("`true`: of the draft, if there is one") });

const all = z.array(stepView);
export const stepsView = z.object({
  data: all,
  steps: all.describe("The same as `data`"),
  version: z.number().int(),
  has_draft: z.boolean().describe("There are changes that are not published; these are the steps of them with `draft=true`"),
  problems: z.array(z.string()).describe("Why steps are missing: empty when they are all there"),
});

/**
 * The steps of a workflow, read from its code.
 * @throws PlatformError `not-found`
 */
export async function listSteps({ ctx, input }: { ctx: TenantContext; input: z.output<typeof stepsQuery> & { id: string } }): Promise<z.infer<typeof stepsView> & { revision: number }> {
  const workflow = await findWorkflow(ctx, input.id);
  const { id, version, revision } = workflow;
  const draft = await readDraft(ctx, id);
  const of = draft && input.draft ? { steps: shownSteps(await openDraft(ctx, id, draft)), missing: null } : await stepsOfVersion(ctx, { id, version });
  const data = of.steps.map((step) => viewStep(id, step));
  return { data, steps: data, version, has_draft: draft !== null, problems: of.missing === null ? [] : [of.missing], revision };
}

async function openDraft(ctx: TenantContext, id: string, { file, source }: { file: string; source: string }): Promise<Opened> {
  const { files } = await readPublished(ctx, await findWorkflow(ctx, id));
  return openSource({ id, source, file: file || defaultFile(id), files });
}

export function viewStep(workflow_id: string, { runs_as: _name, ...step }: ShownStep): StepView {
  return { ...step, workflow_id };
}
