import type { TenantContext } from "../context.ts";
import { approvalOfStep, type decideBody, vote } from "../approvals/decide.ts";
import type { z } from "zod";
import type { AcceptedView } from "./send-event.ts";

export interface DecideStepInput extends z.infer<typeof decideBody> {
  /** Of the execution. */
  id: string;
  /** Key of the approval step. */
  step: string;
}

/**
 * Answers a step that waits for an approval, named by its execution.
 * @throws PlatformError `not-found`, `conflict` when nothing waits there, and all that deciding throws
 */
export async function decideStep({ ctx, input: { id, step, ...given } }: { ctx: TenantContext; input: DecideStepInput }): Promise<AcceptedView> {
  const { id: approval } = await approvalOfStep(ctx, id, step);
  await vote(ctx, approval, given);
  return { accepted: true };
}
