/**
 * Saying that something happened: a row of the outbox, in the batch of the change itself, so
 * that there is neither a change without its event nor an event without its change.
 *
 * @example
 * ```ts
 * await ctx.db.batch([change, audited(ctx, …), emit(ctx, { type: "user.joined", data, record: { type: "user", id } })]);
 * dispatchSoon(ctx); // behind the answer's back; what a crash keeps from it the sweep makes good
 * ```
 * @module
 */
import { errorMessage } from "../../db/error-message.ts";
import { newId } from "../../db/ids.ts";
import { events } from "../../db/schema/events.ts";
import type { JsonObject } from "../../db/schema/json.ts";
import type { Statement, TenantDb } from "../../db/tenant-db.ts";
import type { ChainLink } from "../../sdk/schema/execution.ts";
import type { Env } from "../env.ts";
import { dispatcherOf } from "./objects.ts";

export interface NewEvent {
  /** One of the catalogue's, or a tenant's own: `<what>.<happened>`. */
  type: string;
  data: JsonObject;
  /** Of an update: the fields that changed, as they were before. */
  previous?: JsonObject | null;
  record?: { type: string; id: string } | null;
  /** Given when the same change may be made twice: the second is then no event. */
  id?: string;
}

/** Who did it. */
export type EventActor = { kind: "user"; userId: string } | { kind: "api_key"; keyId: string } | { kind: "execution"; executionId: string } | { kind: "operator" | "system" };

export interface EmitContext {
  db: TenantDb;
  now: number;
  actor: EventActor;
  /** What led to it; nothing when a person did it. */
  chain?: readonly ChainLink[];
}

/** A statement for the batch of the change. */
export function emit(ctx: EmitContext, event: NewEvent): Statement {
  return ctx.db.insert(events, eventRow(ctx, event));
}

/** The same for an event that may have been written before: then nothing changes. */
export function emitOnce(ctx: EmitContext, event: NewEvent & { id: string }): Statement {
  return ctx.db.upsert(events, eventRow(ctx, event), [events.id], { id: event.id });
}

/** The row alone, for who writes many. */
export function eventRow({ now, actor, chain = [] }: Omit<EmitContext, "db">, { type, data, previous = null, record = null, id = newId(now) }: NewEvent) {
  return {
    id,
    type,
    data,
    previous,
    record_type: record?.type ?? null,
    record_id: record?.id ?? null,
    actor_kind: actor.kind,
    actor_id: idOf(actor),
    chain: [...chain],
    status: "pending" as const,
    attempts: 0,
    error: null,
    occurred_at: now,
    next_attempt_at: now,
    dispatched_at: null,
  };
}

function idOf(actor: EventActor): string | null {
  if (actor.kind === "user") return actor.userId;
  if (actor.kind === "api_key") return actor.keyId;
  return actor.kind === "execution" ? actor.executionId : null;
}

/** Call it after the batch: the tenant's dispatcher looks at once. */
export function dispatchSoon({ env, db, waitUntil }: { env: Env; db: Pick<TenantDb, "tenant">; waitUntil(work: Promise<unknown>): void }): void {
  waitUntil(
    dispatcherOf(env, db.tenant)
      .nudge(db.tenant)
      .catch((error: unknown) => console.warn(JSON.stringify({ level: "warn", event: "dispatcher.unreachable", tenant: db.tenant, message: errorMessage(error), consequence: "the sweep dispatches it" }))),
  );
}
