import { and, desc, eq, gte, lt, type SQL } from "drizzle-orm";
import { z } from "zod";
import { events } from "../../../db/schema/events.ts";
import type { TenantContext } from "../context.ts";
import { type Page, pageQuery, readCursor, toPage } from "../page.ts";
import { givenUp } from "./given-up.ts";
import { type EventView, viewEvent } from "./view.ts";

export const eventsQuery = pageQuery.extend({
  type: z.string().max(100).optional().describe("A type, or all of a kind: `execution.*`"),
  status: z.enum(["pending", "dispatched", "dead"]).optional(),
  record_type: z.string().max(100).optional(),
  record_id: z.string().max(256).optional(),
});

/** Newest first. */
export async function listEvents({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof eventsQuery> }): Promise<Page<EventView>> {
  const { type, status, record_type, record_id } = input;
  const where = and(
    type === undefined ? undefined : ofType(type),
    status === undefined ? undefined : eq(events.status, status),
    record_type === undefined ? undefined : eq(events.record_type, record_type),
    record_id === undefined ? undefined : eq(events.record_id, record_id),
  );
  return page(ctx, input, where);
}

/** Events that were given up, and those of which a workflow refused its part: the newest first. */
export function listDeadEvents({ ctx, input }: { ctx: Pick<TenantContext, "db">; input: z.infer<typeof pageQuery> }): Promise<Page<EventView>> {
  return page(ctx, input, givenUp());
}

function ofType(type: string): SQL | undefined {
  // `/` follows `.`: a range is an index search, unlike LIKE.
  return type.endsWith(".*") ? and(gte(events.type, type.slice(0, -1)), lt(events.type, `${type.slice(0, -2)}/`)) : eq(events.type, type);
}

async function page({ db }: Pick<TenantContext, "db">, { cursor, limit }: z.infer<typeof pageQuery>, where: SQL | undefined): Promise<Page<EventView>> {
  const after = readCursor(cursor);
  const rows = await db.select(events, { where: and(where, after === null ? undefined : lt(events.seq, seqIn(after))), orderBy: desc(events.seq), limit: limit + 1 });
  return toPage(rows, limit, ({ seq }) => String(seq), viewEvent);
}

/** A cursor that somebody made up finds nothing. */
const seqIn = (cursor: string): number => (/^\d{1,15}$/.test(cursor) ? Number(cursor) : 0);
