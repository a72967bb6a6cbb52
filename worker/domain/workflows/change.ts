import { eq } from "drizzle-orm";
import { z } from "zod";
import type { WorkflowRow } from "../../../db/credentials.ts";
import { workflows } from "../../../db/schema/workflows.ts";
import { applyEdit, type Operation } from "../../../sdk/graph/edit/index.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { reopened } from "../workflow-steps/edit-list.ts";
import { editOptions, editSource } from "../workflow-steps/edit-source.ts";
import { mayWriteCode } from "../workflow-steps/may-write-code.ts";
import type { Opened } from "../workflow-steps/open-source.ts";
import { editRefused } from "../workflow-steps/refusals.ts";
import { replacedSteps } from "../workflow-steps/replace.ts";
import { stepInput } from "../workflow-steps/step.ts";
import { findWorkflow } from "./find.ts";
import { getWorkflow } from "./get.ts";
import { triggerFields, triggerOperation } from "./trigger.ts";
import { updateWorkflow } from "./update.ts";
import { triggerShown, type WorkflowDetail } from "./view.ts";

export const workflowPatch = z.strictObject({
  name: z.string().trim().min(1).max(200).optional(),
  description: z.string().max(2000).nullish(),
  category: z.string().trim().min(1).max(100).nullish(),
  is_active: z.boolean().optional().describe("False: nothing starts it; executions under way go on"),
  ...triggerFields,
  steps: z.array(stepInput).max(2000).optional().describe("The whole list: steps that are as they were keep their code, comments included"),
  ...editOptions,
});
type Patch = z.output<typeof workflowPatch>;

interface Input extends Patch {
  id: string;
  /** The revision that was seen; null: whatever it is. */
  revision: number | null;
}

/**
 * Changes a workflow: name, description, trigger and steps in its code, which is published at
 * once or goes into the draft; category and whether it is on, beside it.
 * @throws PlatformError `not-found`; `version-conflict`; `conflict` for a draft that is in the way; `edit-refused`; `plan-limit`, and all of publishing
 */
export async function changeWorkflow({ ctx, input }: { ctx: TenantContext; input: Input }): Promise<WorkflowDetail & { revision: number }> {
  const before = await findWorkflow(ctx, input.id);
  const { id } = before;
  const fresh = { ...ctx, workflow: null };
  const asks = input.name !== undefined || input.description !== undefined || input.trigger_type !== undefined || input.trigger_config !== undefined || input.steps !== undefined;
  if (asks || input.revision !== null) {
    mayWriteCode(ctx, { steps: input.steps, trigger_config: input.trigger_config });
    await editSource(fresh, input, (opened) => changed(opened, before, input));
  }
  if (input.category !== undefined && input.category !== before.category) await setCategory(ctx, before, input.category);
  if (input.is_active !== undefined && input.is_active !== before.is_active) await updateWorkflow({ ctx: fresh, input: { id, is_active: input.is_active } });
  const { revision } = await findWorkflow(fresh, id);
  return { ...(await getWorkflow({ ctx: fresh, input: { id } })), revision };
}

function changed(opened: Opened, before: WorkflowRow, { name, description, trigger_type, trigger_config, steps }: Patch): string {
  let source = opened.source;
  const edit = (pointer: string, operation: Operation | null): void => {
    if (operation) source = edited({ ...opened, source }, operation, pointer);
  };
  const { title } = opened.workflow;
  if (name !== undefined && name !== title) edit("/name", { op: "setOption", path: ["title"], value: name });
  if (description !== undefined && description !== (before.manifest.description ?? null)) edit("/description", description === null || description === "" ? { op: "removeOption", path: ["description"] } : { op: "setOption", path: ["description"], value: description });
  if (trigger_type !== undefined || trigger_config !== undefined) edit("/trigger_config", triggerOperation(opened.workflow, before.manifest.on[0] ?? null, { trigger_type, trigger_config }));
  return steps ? replacedSteps(reopened({ opened, trigger: triggerShown(before.manifest) }, source), steps).opened.source : source;
}

/** The source with one operation carried out. @throws PlatformError `edit-refused` */
export function edited({ workflow, source, file, files }: Opened, operation: Operation, pointer: string): string {
  const result = applyEdit(source, workflow.id ?? workflow.export ?? "", operation, { file, files });
  if (!result.ok) throw editRefused(result, pointer);
  return result.source;
}

async function setCategory(ctx: TenantContext, { id, category }: WorkflowRow, next: string | null): Promise<void> {
  await ctx.db.batch([ctx.db.update(workflows, { category: next, updated_at: ctx.now }, eq(workflows.id, id)), audited(ctx, { action: "workflow.update", entityId: id, before: { category }, after: { category: next } })]);
}
