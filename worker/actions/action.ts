/**
 * What executions may have the platform do. An action says which statements its change is
 * made of and what its result is; whoever carries it out (./act.ts) writes both together, so
 * that it happens exactly once.
 * @module
 */
import type { z } from "zod";
import type { Statement, TenantDb } from "../../db/tenant-db.ts";
import type { Cause } from "../../durable-objects/execution/ports.ts";
import type { Env } from "../env.ts";

export interface ActionContext {
  env: Env;
  db: TenantDb;
  tenant: string;
  now: number;
  cause: Cause;
  /** Whose doing it is, for events and the audit log. */
  actor: { kind: "execution"; executionId: string };
  /** The same for every attempt. */
  key: string;
  waitUntil(work: Promise<unknown>): void;
}

export interface Plan<R> {
  statements: readonly Statement[];
  result: R;
  /** Once it is written; may get lost. */
  afterwards?(): void;
}

/** An action with its types forgotten. */
export interface Action {
  id: string;
  title: string;
  params: z.ZodType;
  /** @throws PlatformError for what is refused */
  plan(ctx: ActionContext, params: unknown): Promise<Plan<unknown>>;
}

export function action<P extends z.ZodType, R>(declared: { id: string; title: string; params: P; plan(ctx: ActionContext, params: z.output<P>): Promise<Plan<R>> }): Action {
  return { ...declared, plan: (ctx, params) => declared.plan(ctx, params as z.output<P>) };
}
