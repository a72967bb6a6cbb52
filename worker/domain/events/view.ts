import { asc, eq } from "drizzle-orm";
import { z } from "zod";
import { events, eventStarts } from "../../../db/schema/events.ts";
import { chainLink } from "../../../sdk/schema/execution.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { iso, type TenantContext } from "../context.ts";

export type EventRow = typeof events.$inferSelect;

export const eventView = z.object({
  id: z.string(),
  type: z.string(),
  data: z.record(z.string(), z.json()),
  previous: z.record(z.string(), z.json()).nullable().describe("Of an update: the fields that changed, as they were before"),
  record: z.object({ type: z.string(), id: z.string() }).nullable(),
  actor: z.object({ kind: z.string(), id: z.string().nullable() }),
  status: z.enum(["pending", "dispatched", "dead"]).describe("`dead`: given up; POST …/redispatch tries again"),
  attempts: z.number().int().describe("That failed"),
  error: z.string().nullable().describe("Why it is not dispatched, or what a workflow refused of it"),
  occurred_at: z.string(),
  dispatched_at: z.string().nullable(),
  next_attempt_at: z.string().nullable().describe("While it is pending"),
});
export type EventView = z.infer<typeof eventView>;

export const eventDetail = eventView.extend({
  chain: z.array(chainLink).describe("The executions that led to it, the first first"),
  starts: z.array(
    z.object({
      workflow_id: z.string(),
      execution_id: z.string().nullable().describe("Null when it was refused"),
      code: z.string().nullable().describe("Why it was refused, such as `event-loop`"),
      detail: z.string().nullable(),
    }),
  ),
});
export type EventDetail = z.infer<typeof eventDetail>;

export function viewEvent(row: EventRow): EventView {
  const { id, type, data, previous, record_type, record_id, status, attempts, error } = row;
  return {
    id,
    type,
    data,
    previous,
    record: record_type === null || record_id === null ? null : { type: record_type, id: record_id },
    actor: { kind: row.actor_kind, id: row.actor_id },
    status,
    attempts,
    error,
    occurred_at: iso(row.occurred_at),
    dispatched_at: row.dispatched_at === null ? null : iso(row.dispatched_at),
    next_attempt_at: status === "pending" ? iso(row.next_attempt_at) : null,
  };
}

/** @throws PlatformError `not-found` */
export async function findEvent({ db }: Pick<TenantContext, "db">, id: string): Promise<EventRow> {
  const row = await db.first(events, eq(events.id, id));
  if (!row) throw new PlatformError("not-found", `There is no event ${id}.`);
  return row;
}

/** @throws PlatformError `not-found` */
export async function getEvent({ ctx, input }: { ctx: Pick<TenantContext, "db">; input: { id: string } }): Promise<EventDetail> {
  const row = await findEvent(ctx, input.id);
  const starts = await ctx.db.select(eventStarts, { where: eq(eventStarts.event_id, row.id), orderBy: asc(eventStarts.workflow_id) });
  return { ...viewEvent(row), chain: row.chain, starts: starts.map(({ workflow_id, execution_id, code, detail }) => ({ workflow_id, execution_id, code, detail })) };
}
