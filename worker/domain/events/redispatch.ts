import { and, eq, isNotNull } from "drizzle-orm";
import { events, eventStarts } from "../../../db/schema/events.ts";
import { dispatchSoon } from "../../events/emit.ts";
import { type AuditContext, audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { type EventView, findEvent, viewEvent } from "./view.ts";

/**
 * Dispatches an event again, dead or not: it reaches whom it has not reached, and workflows that
 * have begun to listen since. What it has started is not started a second time. What was refused
 * is judged anew, as a loop without the chain: a person has decided.
 * @throws PlatformError `not-found`
 */
export async function redispatchEvent({ ctx, input }: { ctx: AuditContext & Pick<TenantContext, "env" | "waitUntil">; input: { id: string } }): Promise<EventView> {
  const { id, status, attempts } = await findEvent(ctx, input.id);
  await ctx.db.batch([
    ctx.db.update(events, { status: "pending", attempts: 0, error: null, chain: [], next_attempt_at: ctx.now, dispatched_at: null }, eq(events.id, id)),
    ctx.db.delete(eventStarts, and(eq(eventStarts.event_id, id), isNotNull(eventStarts.code))),
    audited(ctx, { action: "event.redispatch", entityId: id, before: { status, attempts }, after: { status: "pending", attempts: 0 } }),
  ]);
  const row = await findEvent(ctx, id);
  dispatchSoon(ctx);
  return viewEvent(row);
}
