import { z } from "zod";
import { encode } from "../../../sdk/schema/codec.ts";
import { traceOf } from "../../auth/actor.ts";
import type { TenantContext } from "../context.ts";
import { auditExecution } from "./audit.ts";
import type { AcceptedView } from "./send-event.ts";
import { tell } from "./tell.ts";

export const decideBody = z.strictObject({
  decision: z.enum(["approved", "rejected"]),
  comment: z.string().max(2000).optional(),
});

export interface DecideInput extends z.infer<typeof decideBody> {
  id: string;
  /** Key of the approval step. */
  step: string;
}

/**
 * Answers a step that waits for an approval.
 * @throws PlatformError `not-found`, `conflict` when nothing waits there
 */
export async function decideApproval({ ctx, input }: { ctx: TenantContext; input: DecideInput }): Promise<AcceptedView> {
  const outcome = encode({ decision: input.decision, comment: input.comment ?? null, decided_by: traceOf(ctx.actor), decided_at: new Date(ctx.now) });
  const answer = await tell(ctx, input.id, (object) => object.decide(ctx.tenant, input.id, input.step, outcome));
  if (answer.accepted) await auditExecution(ctx, "decide", input.id, { step: input.step, decision: input.decision });
  return answer;
}
