/**
 * Who reads and writes records: people and keys over the interface, executions by their
 * actions, imports.
 * @module
 */
import type { ChainLink } from "../../../sdk/schema/execution.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";
import type { TenantActor } from "../../auth/actor.ts";
import type { Env } from "../../env.ts";
import type { EventActor } from "../../events/emit.ts";
import type { TenantContext } from "../context.ts";

export interface RecordContext {
  env: Env;
  db: TenantDb;
  tenant: string;
  now: number;
  /** Whose doing it is, for events, history and the audit log. */
  actor: Exclude<EventActor, { kind: "operator" }>;
  /** What they may do and see; null: all, as the code that a tenant has deployed. */
  access: TenantActor | null;
  /** The executions that led to it. */
  chain: readonly ChainLink[];
  requestId: string | null;
  caller: { ip: string | null };
  /** Recorded, but nothing is told of it: no workflow starts, no webhook is sent. */
  silent?: boolean;
  /** History has it once, of what was deleted, and not of each record that had it. */
  unrecorded?: boolean;
  waitUntil(work: Promise<unknown>): void;
}

/** Of a request. */
export function recordContext(ctx: TenantContext): RecordContext {
  const { env, db, tenant, now, actor, requestId, caller, waitUntil } = ctx;
  return { env, db, tenant, now, actor, access: actor, chain: [], requestId, caller, waitUntil: (work) => waitUntil(work) };
}

/** Of what the platform does by itself: nothing is told of it. */
export function upkeepContext({ env, db, now }: Pick<RecordContext, "env" | "db" | "now">): RecordContext {
  return { env, db, tenant: db.tenant, now, actor: { kind: "system" }, access: null, chain: [], requestId: null, caller: { ip: null }, silent: true, waitUntil: () => {} };
}

/** The account behind it; null for keys and executions. */
export function userOf({ actor }: Pick<RecordContext, "actor">): string | null {
  return actor.kind === "user" ? actor.userId : null;
}

export function actorId({ actor }: Pick<RecordContext, "actor">): string | null {
  if (actor.kind === "user") return actor.userId;
  if (actor.kind === "api_key") return actor.keyId;
  return actor.kind === "execution" ? actor.executionId : null;
}
