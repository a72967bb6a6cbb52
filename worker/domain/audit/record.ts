/**
 * Writing the audit log: a statement that goes into the same batch as the change it tells
 * of, so that there is neither a change without its record nor a record without its change.
 * @module
 */
import type { Statement } from "../../../db/tenant-db.ts";
import { newId } from "../../../db/ids.ts";
import type { JsonObject } from "../../../db/schema/json.ts";
import { auditEvents } from "../../../db/schema/audit-events.ts";
import type { TenantContext } from "../context.ts";
import { masked } from "./mask.ts";

export interface Change {
  /** `<entity>.<verb>`, such as `user.update`. */
  action: `${string}.${string}`;
  entityId: string | null;
  /** Whole records or the fields concerned; only what differs is kept. */
  before?: object | null;
  after?: object | null;
}

/** Who did it: as much of an actor as the log keeps. `system`: nobody who has signed in. */
type Recorded = { kind: "user"; userId: string } | { kind: "api_key"; keyId: string } | { kind: "execution"; executionId: string } | { kind: "operator" | "system" };

/** What a row of the log is made of. */
export interface Auditor {
  now: number;
  requestId: string | null;
  caller: { ip: string | null };
  actor: Recorded;
}

export type AuditContext = Auditor & Pick<TenantContext, "db">;

/** @example `await ctx.db.batch([ctx.db.update(hooks, set, where), audited(ctx, { action: "hook.update", entityId: path, before, after })])` */
export function audited(ctx: AuditContext, change: Change): Statement {
  return ctx.db.insert(auditEvents, auditRow(ctx, change));
}

/** The row alone, for who writes many. */
export function auditRow({ actor, now, requestId, caller }: Auditor, { action, entityId, before = null, after = null }: Change) {
  const entity = action.slice(0, action.indexOf("."));
  const difference = differing(plain(before), plain(after));
  return {
    id: newId(now),
    at: now,
    actor_kind: actor.kind,
    actor_id: idOf(actor),
    action,
    entity,
    entity_id: entityId,
    before: masked(entity, difference.before),
    after: masked(entity, difference.after),
    request_id: requestId,
    ip: caller.ip,
  };
}

function idOf(actor: Recorded): string | null {
  if (actor.kind === "user") return actor.userId;
  if (actor.kind === "api_key") return actor.keyId;
  return actor.kind === "execution" ? actor.executionId : null;
}

/** As the log keeps it: what JSON can say. */
function plain(record: object | null): JsonObject | null {
  return record === null ? null : (JSON.parse(JSON.stringify(record)) as JsonObject);
}

/** Without the fields that are the same on both sides. */
function differing(before: JsonObject | null, after: JsonObject | null): { before: JsonObject | null; after: JsonObject | null } {
  if (before === null || after === null) return { before, after };
  const changed = (key: string): boolean => JSON.stringify(before[key]) !== JSON.stringify(after[key]);
  const pick = (record: JsonObject): JsonObject => Object.fromEntries(Object.entries(record).filter(([key]) => changed(key)));
  return { before: pick(before), after: pick(after) };
}
