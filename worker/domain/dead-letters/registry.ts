import { and, desc, eq, gte, inArray, isNotNull, isNull, lt, not, type SQL, sql } from "drizzle-orm";
import { firstIdAt } from "../../../db/ids.ts";
import { deadLetterDiscards } from "../../../db/schema/dead-letters.ts";
import { events, eventStarts } from "../../../db/schema/events.ts";
import { hookDeliveries } from "../../../db/schema/hook-deliveries.ts";
import { webhookDeliveries } from "../../../db/schema/webhooks.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";
import { encodeCursor } from "../../../durable-objects/tenant-hub/cursor.ts";
import type { ExecutionSummary } from "../../../sdk/schema/execution.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { dispatchSoon } from "../../events/emit.ts";
import { givenUp, isGivenUp } from "../events/given-up.ts";
import { iso } from "../context.ts";
import { findDelivery } from "../hooks/deliveries.ts";
import { redrive } from "../hooks/redrive.ts";
import { unwrap } from "../reply.ts";
import { findWebhookDelivery } from "../webhooks/deliveries.ts";
import { nudgeSoon } from "../webhooks/nudge.ts";
import { deliveredAgain } from "../webhooks/redeliver.ts";
import type { DeadLetter, DeadLetterContext, DeadLetterKind, DeadLetterView, Find, Kind } from "./kinds.ts";

const view = (kind: DeadLetterKind, id: string, at: number, rest: Partial<DeadLetterView> & { title: string }): DeadLetterView => ({ kind, id, at: iso(at), error: null, workflow_id: null, webhook_id: null, attempts: null, ...rest });

/** Nobody has put it away. */
const kept = (db: TenantDb, kind: DeadLetterKind, id: SQL): SQL => not(db.exists(deadLetterDiscards, and(eq(deadLetterDiscards.kind, kind), sql`${deadLetterDiscards.item_id} = ${id}`)));

const notDead = (what: string): PlatformError => new PlatformError("conflict", `${what} is no dead letter (any more).`);

async function failedExecutions(ctx: DeadLetterContext, { cursor, limit, since, until, workflowId }: Find): Promise<DeadLetter[]> {
  const found: DeadLetter[] = [];
  for (let at = cursor; found.length < limit; ) {
    const query = { status: "failed" as const, limit, ...(at === null ? {} : { cursor: at }), ...(since === null ? {} : { createdAfter: since }), ...(until === null ? {} : { createdBefore: until }), ...(workflowId === null ? {} : { workflowId }) };
    const { data, nextCursor } = await unwrap(ctx.objects.hub(ctx.db.tenant).list(query));
    const away = await discardedOf(ctx.db, data);
    found.push(...data.filter((one) => !away.has(one.id)).map(letterOf));
    if (nextCursor === null) break;
    at = nextCursor;
  }
  return found.slice(0, limit);
}

function letterOf({ id, workflow_id, created_at, error_message }: ExecutionSummary): DeadLetter {
  const at = Date.parse(created_at);
  return { at, cursor: encodeCursor(at, id), view: view("execution", id, at, { title: workflow_id, workflow_id, error: error_message }) };
}

/** One that failed again after that is a dead letter again. */
async function discardedOf(db: TenantDb, data: readonly ExecutionSummary[]): Promise<Set<string>> {
  if (data.length === 0) return new Set();
  const rows = await db.select(deadLetterDiscards, { where: and(eq(deadLetterDiscards.kind, "execution"), sql`${deadLetterDiscards.item_id} in (select value from json_each(${JSON.stringify(data.map(({ id }) => id))}))`) });
  const at = new Map(rows.map((row) => [row.item_id, row.discarded_at]));
  return new Set(data.filter(({ id, completed_at }) => (at.get(id) ?? -1) >= Date.parse(completed_at ?? "1970-01-01T00:00:00Z")).map(({ id }) => id));
}

const execution: Kind = {
  read: "workflows.read",
  write: "workflows.execute",
  list: failedExecutions,
  async mustBeDead({ objects, db }, id) {
    const { status } = await unwrap(objects.execution(db.tenant, id).get(db.tenant, id, 0));
    if (status !== "failed") throw notDead(`The execution ${id}, which is ${status},`);
  },
  async replay({ objects, db }, id) {
    const object = objects.execution(db.tenant, id);
    // It goes on already: a slice of a replay that is done twice.
    if ((await unwrap(object.get(db.tenant, id, 0))).status === "failed") await unwrap(object.retry(db.tenant, id, null));
    return { statements: [], executionIds: [id] };
  },
  discard: null,
};

const seqBefore = (column: typeof events.seq | typeof webhookDeliveries.seq, cursor: string | null): SQL | undefined => (cursor === null ? undefined : lt(column, Number(cursor)));

const event: Kind = {
  read: "events.read",
  write: "events.write",
  async list({ db }, { cursor, limit, since, until, workflowId }) {
    if (workflowId !== null) return [];
    const where = and(givenUp(), kept(db, "event", sql`${events.id}`), seqBefore(events.seq, cursor), since === null ? undefined : gte(events.occurred_at, since), until === null ? undefined : lt(events.occurred_at, until));
    const rows = await db.select(events, { where, orderBy: desc(events.seq), limit });
    return rows.map(({ seq, id, type, occurred_at, error, attempts }) => ({ at: occurred_at, cursor: String(seq), view: view("event", id, occurred_at, { title: type, error, attempts }) }));
  },
  async mustBeDead({ db }, id) {
    const row = await db.first(events, eq(events.id, id));
    if (!row) throw new PlatformError("not-found", `There is no event ${id}.`);
    if (!isGivenUp(row)) throw notDead(`The event ${id}`);
  },
  async replay(ctx, id) {
    // As worker/domain/events/redispatch.ts has it, of those alone that are dead still.
    const dead = and(eq(events.id, id), givenUp());
    const refusals = and(eq(eventStarts.event_id, id), isNotNull(eventStarts.code), ctx.db.exists(events, dead));
    const again = { status: "pending" as const, attempts: 0, error: null, chain: [], next_attempt_at: ctx.now, dispatched_at: null };
    return { statements: [ctx.db.delete(eventStarts, refusals), ctx.db.update(events, again, dead)], executionIds: [], afterwards: () => dispatchSoon(ctx) };
  },
  discard: null,
};

const delivery: Kind = {
  read: "webhooks.read",
  write: "webhooks.write",
  async list({ db }, { cursor, limit, since, until, workflowId }) {
    if (workflowId !== null) return [];
    const where = and(eq(webhookDeliveries.status, "failed"), seqBefore(webhookDeliveries.seq, cursor), since === null ? undefined : gte(webhookDeliveries.created_at, since), until === null ? undefined : lt(webhookDeliveries.created_at, until));
    const rows = await db.select(webhookDeliveries, { where, orderBy: desc(webhookDeliveries.seq), limit });
    return rows.map((row) => ({ at: row.created_at, cursor: String(row.seq), view: view("delivery", row.id, row.created_at, { title: row.event_type, error: row.error, attempts: row.tries, webhook_id: row.subscription_id }) }));
  },
  async mustBeDead(ctx, id) {
    if ((await findWebhookDelivery(ctx, id)).status !== "failed") throw notDead(`The delivery ${id}`);
  },
  async replay(ctx, id) {
    return { statements: await deliveredAgain(ctx, await findWebhookDelivery(ctx, id)), executionIds: [], afterwards: () => nudgeSoon(ctx) };
  },
  discard: (db, id, now) => db.update(webhookDeliveries, { status: "discarded", completed_at: now }, and(eq(webhookDeliveries.id, id), inArray(webhookDeliveries.status, ["failed"]))),
};

/** Found genuine and refused all the same, and not given to anybody since. */
const refused = and(gte(hookDeliveries.status, 400), isNotNull(hookDeliveries.payload_key), isNull(hookDeliveries.redriven_at));

const hookDelivery: Kind = {
  read: "hooks.read",
  write: "hooks.write",
  async list({ db }, { cursor, limit, since, until, workflowId }) {
    if (workflowId !== null) return [];
    const where = and(refused, kept(db, "hook_delivery", sql`${hookDeliveries.id}`), cursor === null ? undefined : lt(hookDeliveries.id, cursor), since === null ? undefined : gte(hookDeliveries.id, firstIdAt(since)), until === null ? undefined : lt(hookDeliveries.id, firstIdAt(until)));
    const rows = await db.select(hookDeliveries, { where, orderBy: desc(hookDeliveries.id), limit });
    return rows.map(({ id, path, received_at, reason }) => ({ at: received_at, cursor: id, view: view("hook_delivery", id, received_at, { title: path, error: reason }) }));
  },
  async mustBeDead(ctx, id) {
    const row = await findDelivery(ctx, { path: null, id });
    if (row.status < 400 || row.payload_key === null || row.redriven_at !== null) throw notDead(`The call ${id}`);
  },
  async replay(ctx, id, replayId) {
    const { row } = await redrive(ctx, await findDelivery(ctx, { path: null, id }), replayId);
    return { statements: [], executionIds: row.execution_ids };
  },
  discard: null,
};

export const kinds: Readonly<Record<DeadLetterKind, Kind>> = { execution, event, delivery, hook_delivery: hookDelivery };
