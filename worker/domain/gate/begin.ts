/**
 * Asking for what becomes of executions in flight: a row, written with the deployment.
 * @module
 */
import { moveJobs, type Mover, type MoveState } from "../../../db/schema/moves.ts";
import type { Statement } from "../../../db/tenant-db.ts";
import type { InFlight } from "../../../sdk/schema/in-flight.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { carryOnMoves } from "./carry-on.ts";

export const firstState: MoveState = { pass: 1, workflow: 0, status: 0, cursor: null };

const asksNothing = ({ same = "pin", differs = "pin", migrate = [], cancel = [] }: InFlight): boolean => same === "pin" && differs === "pin" && migrate.length === 0 && cancel.length === 0;

/** Statements of the batch that makes the deployment live; none when all stay where they are. */
export function beginMoves(ctx: TenantContext, deploymentId: string, choices: InFlight | undefined): Statement[] {
  if (choices === undefined || asksNothing(choices)) return [];
  const { actor } = ctx;
  const mover: Mover = actor.kind === "user" ? { kind: "user", userId: actor.userId } : { kind: "api_key", keyId: actor.keyId };
  const again = { choices, mover, state: firstState, status: "running", next_at: ctx.now, created_at: ctx.now } as const;
  return [ctx.db.upsert(moveJobs, { id: deploymentId, ...again }, [moveJobs.id], again), audited(ctx, { action: "deployment.move", entityId: deploymentId, after: choices })];
}

/** Begins them at once; what is left is done by the cron. */
export function startMoves(ctx: TenantContext, deploymentId: string, choices: InFlight | undefined): void {
  if (choices !== undefined && !asksNothing(choices)) ctx.waitUntil(carryOnMoves({ env: ctx.env, objects: ctx.objects }, deploymentId, ctx.now));
}
