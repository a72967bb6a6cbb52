/**
 * Ending sessions. From the next request on their access tokens open nothing either.
 * @module
 */
import { batch, type Statement } from "../../../db/batch.ts";
import { allOpenSessions, findSession, revokeSession, revokeSessionsOf, type SessionRow } from "../../../db/sessions.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { audited } from "../audit/record.ts";
import type { BaseContext, UserContext } from "../context.ts";
import { inTenant } from "../auth/in-tenant.ts";
import { onlyTenantOf, withinReach } from "../auth/reach.ts";

export type RevocationReason = "logout" | "revoked" | "password_changed" | "password_reset";

export async function logout({ ctx }: { ctx: UserContext }): Promise<void> {
  const { sessionId, userId, tenantId } = ctx.actor;
  await batch(ctx.env.DB, revocation(ctx, { id: sessionId, user_id: userId, tenant_id: tenantId }, "logout"));
}

/**
 * One of the person's own, in any tenant that this sign-in counts in. Twice is a no-op.
 * @throws PlatformError `not-found`
 */
export async function revokeOwnSession({ ctx, input }: { ctx: UserContext; input: { id: string } }): Promise<void> {
  const session = await findSession(ctx.env.DB, input.id);
  if (session?.user_id !== ctx.actor.userId || withinReach(ctx.actor, [session]).length === 0) throw new PlatformError("not-found", `You have no session ${input.id}.`);
  if (session.revoked_at === null) await batch(ctx.env.DB, revocation(ctx, session, "revoked"));
}

export async function revokeOtherSessions({ ctx }: { ctx: UserContext }): Promise<void> {
  await batch(ctx.env.DB, await endingSessions(ctx, ctx.actor.userId, { reason: "revoked", except: ctx.actor.sessionId, tenantId: onlyTenantOf(ctx.actor) }));
}

export interface Ending {
  reason: RevocationReason;
  /** A session that goes on. */
  except: string | undefined;
  /** Only there. */
  tenantId: string | undefined;
}

/** For the batch of the change that causes it: ends a person's open sessions. */
export async function endingSessions(ctx: BaseContext, userId: string, { reason, except, tenantId }: Ending): Promise<Statement[]> {
  const { env, now } = ctx;
  const open = await allOpenSessions(env.DB, userId, { now, tenantId });
  const events = open.filter(({ id }) => id !== except).map((session) => revoked(ctx, session, reason));
  return [revokeSessionsOf(env.DB, userId, { now, reason, except, tenantId }), ...events];
}

type Ended = Pick<SessionRow, "id" | "user_id" | "tenant_id">;

function revocation(ctx: BaseContext, session: Ended, reason: RevocationReason): Statement[] {
  return [revokeSession(ctx.env.DB, session.id, { now: ctx.now, reason }), revoked(ctx, session, reason)];
}

function revoked(ctx: BaseContext, { id, user_id, tenant_id }: Ended, reason: RevocationReason): Statement {
  return audited(inTenant(ctx, tenant_id, user_id), { action: "session.revoke", entityId: id, after: { user_id, reason } });
}
