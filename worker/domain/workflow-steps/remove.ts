import type { z } from "zod";
import type { TenantContext } from "../context.ts";
import { triggerShown } from "../workflows/view.ts";
import { operated, stepNamed } from "./edit-list.ts";
import { type editOptions, editSource } from "./edit-source.ts";

export interface RemoveStep {
  id: string;
  step_id: string;
  draft: z.output<typeof editOptions.draft>;
  revision: number | null;
}

/**
 * Takes a step away, with its comments, and all that is inside of it.
 * @throws PlatformError `not-found`, `edit-refused` when something reads its result, `conflict`, `version-conflict`, and all of publishing
 */
export async function removeStep({ ctx, input }: { ctx: TenantContext; input: RemoveStep }): Promise<{ revision: number }> {
  const { workflow } = await editSource(ctx, input, (opened, row) => {
    const editing = { opened, trigger: triggerShown(row.manifest) };
    return operated(editing, { op: "delete", node: stepNamed(editing, input.step_id).node.id }, "").opened.source;
  });
  return { revision: workflow.revision };
}
