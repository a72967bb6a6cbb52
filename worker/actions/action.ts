/**
 * What executions, and people by hand, may have the platform do. An action says which
 * statements its change is made of and what its result is; whoever carries it out
 * (./carry-out.ts) writes both together, so that it happens exactly once. What it is called
 * and takes is declared in sdk/schema/actions.
 * @module
 */
import type { SQL } from "drizzle-orm";
import type { z } from "zod";
import type { Statement } from "../../db/tenant-db.ts";
import type { Cause } from "../../durable-objects/execution/ports.ts";
import type { ActionSpec } from "../../sdk/schema/actions/spec.ts";
import type { Permission } from "../auth/permissions.ts";
import { mustBeAbleTo } from "../auth/can.ts";
import { isPermission } from "../auth/permissions.ts";
import type { RecordContext } from "../domain/records/context.ts";

export interface ActionContext extends RecordContext {
  /** Whose doing it is; null: a person or key, by hand. */
  cause: Cause | null;
  /** The same for every attempt. */
  key: string;
  /** Nothing of it is carried out: what is done beside the statements has to wait. */
  preview: boolean;
}

/** What becomes of something, as a preview shows it. */
export interface Becoming {
  type: string;
  id: string;
  before: Readonly<Record<string, unknown>> | null;
  after: Readonly<Record<string, unknown>> | null;
}

export interface Planned<R = unknown> {
  statements: readonly Statement[];
  /** When the transaction begins; else it is planned anew. */
  condition?: SQL | null;
  result: R;
  changes?: readonly Becoming[];
  /** Who wants the same at the same time waits in this line. */
  line?: string | undefined;
  /** Once it is written; may get lost. */
  afterwards?: readonly (() => void)[];
}

/** An action with its types forgotten. */
export interface Action {
  spec: ActionSpec;
  /** @throws PlatformError for what is refused */
  plan(ctx: ActionContext, params: unknown): Promise<Planned>;
  /** Reaches outside, after the plan and at least once; its result stands for the plan's. */
  perform?(ctx: ActionContext, params: unknown): Promise<unknown>;
}

export function action<P extends z.ZodType, R extends z.ZodType>(spec: ActionSpec<P, R>, plan: (ctx: ActionContext, params: z.output<P>) => Promise<Planned>, perform?: (ctx: ActionContext, params: z.output<P>) => Promise<unknown>): Action {
  return { spec, plan: (ctx, params) => plan(ctx, params as z.output<P>), ...(perform ? { perform: (ctx: ActionContext, params: unknown) => perform(ctx, params as z.output<P>) } : {}) };
}

/** @throws PlatformError `forbidden`, by hand without the action's permission */
export function mustHave({ access }: Pick<ActionContext, "access">, { permission }: ActionSpec): void {
  if (access === null || permission === null) return;
  if (!isPermission(permission)) throw new Error(`there is no permission ${permission}`);
  mustBeAbleTo(access, permission satisfies Permission);
}
