import { eq, sql } from "drizzle-orm";
import type { z } from "zod";
import { newId } from "../../../db/ids.ts";
import { events } from "../../../db/schema/events.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { dispatchSoon, emit } from "../../events/emit.ts";
import { idFrom } from "../../events/event-id.ts";
import type { newEvent } from "../../events/new-event.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { type EventRow, type EventView, findEvent, viewEvent } from "./view.ts";

type Input = z.output<typeof newEvent> & {
  /** The caller's Idempotency-Key: one key publishes one event. */
  key: string | null;
};

/**
 * Says that something has happened in the tenant. Durable when it returns; whoever listens is
 * reached afterwards.
 * @throws PlatformError `idempotency-key-reused` when the key has published another event
 */
export async function publishEvent({ ctx, input }: { ctx: TenantContext; input: Input }): Promise<{ event: EventView; created: boolean }> {
  const { key, type, data, record } = input;
  const id = key === null ? newId(ctx.now) : await idFrom([ctx.tenant, "event", key]);
  const created = await ctx.db.batchIf(sql`not ${ctx.db.exists(events, eq(events.id, id))}`, [
    emit(ctx, { id, type, data, record: record ?? null }),
    audited(ctx, { action: "event.publish", entityId: id, after: { type, record: record ?? null } }),
  ]);
  const row = await findEvent(ctx, id);
  if (created) dispatchSoon(ctx);
  else if (!isSame(row, input)) throw new PlatformError("idempotency-key-reused", `The Idempotency-Key has published the event ${id}, with another type, data or record.`);
  return { event: viewEvent(row), created };
}

const text = (value: unknown): string => JSON.stringify(value ?? null);

function isSame(row: EventRow, { type, data, record }: Input): boolean {
  return row.type === type && text(row.data) === text(data) && row.record_type === (record?.type ?? null) && row.record_id === (record?.id ?? null);
}
