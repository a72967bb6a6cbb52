import { PlatformError } from "../../../sdk/schema/problem.ts";
import { iso } from "../context.ts";
import type { Edited } from "./edit-source.ts";
import { viewStep } from "./list.ts";
import { shownSteps } from "./shown-steps.ts";
import type { ChangedStep } from "./step.ts";

/** A step after it was changed, and the workflow's revision. */
export function viewChanged({ workflow, opened }: Edited, id: string, draft: boolean): ChangedStep & { revision: number } {
  const step = shownSteps(opened).find((one) => one.id === id);
  if (!step) throw new PlatformError("not-found", `The step \`${id}\` is not there any more.`);
  const updated_at = iso(workflow.updated_at);
  return { ...viewStep(workflow.id, step), version: workflow.version, has_draft: draft, created_at: updated_at, updated_at, revision: workflow.revision };
}
