/**
 * What every verb gets: who acts, in which tenant, through which doors.
 * @module
 */
import type { WorkflowRow } from "../../db/credentials.ts";
import { tenantDb, type TenantDb } from "../../db/tenant-db.ts";
import { PlatformError } from "../../sdk/schema/problem.ts";
import type { Actor, TenantActor, UserActor } from "../auth/actor.ts";
import type { Env } from "../env.ts";
import type { ObjectsPort, SandboxPort } from "./ports.ts";
import type { Usage } from "./usage/usage.ts";

export interface BaseContext {
  env: Env;
  /** Also in the answer's header `x-request-id`, and in every log line and audit event. */
  requestId: string;
  /** Address and browser of the caller, as far as they are known. */
  caller: { ip: string | null; userAgent: string | null };
  /** Trace context (W3C) that the caller sent, if it can be read. */
  traceparent?: string;
  /** When the request came, ms since the epoch. */
  now: number;
  objects: ObjectsPort;
  sandbox: SandboxPort;
  /** What tenants use of what their plans allow. */
  usage: Usage;
  /** Work that the answer does not wait for. */
  waitUntil(work: Promise<unknown>): void;
}

/** Of whoever comes. */
export interface PublicContext extends BaseContext {
  /** Who it is, on routes that ask (`knowsVisitor`) and when they have signed in. */
  visitor: Actor | null;
  /** A browser shows the answer to a person: problem documents are not for them. */
  opensPage: boolean;
}

export interface OperatorContext extends BaseContext {
  actor: Actor;
}

/** Of a person, for what concerns only them. */
export interface UserContext extends BaseContext {
  actor: UserActor;
}

export interface TenantContext extends BaseContext {
  actor: TenantActor;
  tenant: string;
  db: TenantDb;
  /** The workflow the request names, when it was read along with the key. */
  workflow: WorkflowRow | null;
}

/** @throws PlatformError `forbidden` for anyone but a person */
export function userContext(base: BaseContext, actor: Actor): UserContext {
  if (actor.kind !== "user") throw new PlatformError("forbidden", "This is for people who are signed in, not for API keys.");
  return { ...base, actor };
}

/** @throws PlatformError `forbidden` for an actor that has no tenant */
export function tenantContext(base: BaseContext, actor: Actor, workflow: WorkflowRow | null): TenantContext {
  if (actor.kind === "operator") throw new PlatformError("forbidden", "The operator key opens /api/v1/operator only; use a tenant's API key here.");
  return { ...base, actor, tenant: actor.tenantId, db: tenantDb(base.env.DB, actor.tenantId), workflow };
}

/** Milliseconds as the interface shows times. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
