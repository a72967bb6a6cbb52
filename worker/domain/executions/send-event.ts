import { z } from "zod";
import type { TenantContext } from "../context.ts";
import { encodeJson } from "../encode.ts";
import { auditExecution } from "./audit.ts";
import { tell } from "./tell.ts";

export const eventBody = z.strictObject({
  type: z.string().min(1).max(100).describe("What a `step.waitForEvent` of the workflow waits for"),
  payload: z.json().default(null),
});
export const acceptedView = z.object({ accepted: z.boolean().describe("False: it was there already") });
export type AcceptedView = z.infer<typeof acceptedView>;

export interface SendEventInput extends z.infer<typeof eventBody> {
  id: string;
  /** The caller's Idempotency-Key: one key delivers one event. */
  key: string | null;
}

/**
 * Hands an event to one execution; it keeps those it does not wait for yet.
 * @throws PlatformError `not-found`, `conflict` when the execution has ended
 */
export async function sendEvent({ ctx, input }: { ctx: TenantContext; input: SendEventInput }): Promise<AcceptedView> {
  const { id, type, payload, key } = input;
  const encoded = encodeJson(payload);
  const answer = await tell(ctx, id, (object) => object.send(ctx.tenant, id, type, encoded, key));
  if (answer.accepted) await auditExecution(ctx, "send_event", id, { type });
  return answer;
}
