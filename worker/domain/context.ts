/**
 * What every verb gets: who acts, in which tenant, through which doors.
 * @module
 */
import type { WorkflowRow } from "../../db/credentials.ts";
import { tenantDb, type TenantDb } from "../../db/tenant-db.ts";
import { PlatformError } from "../../sdk/schema/problem.ts";
import type { Actor, KeyActor } from "../auth/actor.ts";
import type { Env } from "../env.ts";
import type { ObjectsPort, SandboxPort } from "./ports.ts";

export interface BaseContext {
  env: Env;
  /** When the request came, ms since the epoch. */
  now: number;
  objects: ObjectsPort;
  sandbox: SandboxPort;
  /** Work that the answer does not wait for. */
  waitUntil(work: Promise<unknown>): void;
}

export interface OperatorContext extends BaseContext {
  actor: Actor;
}

export interface TenantContext extends BaseContext {
  actor: KeyActor;
  tenant: string;
  db: TenantDb;
  /** The workflow the request names, when it was read along with the key. */
  workflow: WorkflowRow | null;
}

/** @throws PlatformError `forbidden` for an actor that has no tenant */
export function tenantContext(base: BaseContext, actor: Actor, workflow: WorkflowRow | null): TenantContext {
  if (actor.kind !== "api_key") throw new PlatformError("forbidden", "Use a tenant's API key here.");
  return { ...base, actor, tenant: actor.tenantId, db: tenantDb(base.env.DB, actor.tenantId), workflow };
}

/** Milliseconds as the interface shows times. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
