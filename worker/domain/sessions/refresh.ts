import { and, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { sessions } from "../../../db/schema/sessions.ts";
import { findSession, revokeSession, rotateRefreshHash, type SessionRow } from "../../../db/sessions.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import { findMember } from "../../../db/users.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { accessTokenSeconds, signAccessToken } from "../../auth/access-token.ts";
import { newRefreshToken, readRefreshToken } from "../../auth/refresh-token.ts";
import { audited } from "../audit/record.ts";
import type { BaseContext } from "../context.ts";
import { expiryOf } from "./life.ts";
import { grantOf, type SessionGrant } from "./view.ts";

export const refreshBody = z.strictObject({ refresh_token: z.string().min(1).max(300) });

const ended = () => new PlatformError("session-ended", "The session has ended: sign in again.");

/**
 * The next pair of tokens. A refresh token works once: one that comes again has been copied,
 * and nobody can say by whom, so its session ends for both who hold it. A renewal is no change
 * that anybody has to answer for: it is in `last_used_at` and not in the audit log.
 * @throws PlatformError `session-ended`
 */
export async function refreshSession({ ctx, input }: { ctx: BaseContext; input: z.infer<typeof refreshBody> }): Promise<SessionGrant> {
  const { env, now } = ctx;
  const token = await readRefreshToken(env.MASTER_KEY, input.refresh_token);
  const session = token && (await findSession(env.DB, token.sessionId));
  if (!session || session.revoked_at !== null || session.expires_at <= now) throw ended();
  const { id: sessionId, user_id: userId, tenant_id: tenantId } = session;
  const next = await newRefreshToken(env.MASTER_KEY, sessionId);
  const member = await findMember(env.DB, userId, tenantId);
  if (member?.tenant.status !== "active") throw ended();
  const rotated = await rotateRefreshHash(env.DB, { id: sessionId, from: token.hash, to: next.hash, now, expiresAt: expiryOf(session.created_at, now) });
  if (!rotated) {
    await endCopied(ctx, session);
    throw ended();
  }
  const access = await signAccessToken(env, { userId, tenantId, sessionId }, now);
  return grantOf(member, { access_token: access, expires_in: accessTokenSeconds, refresh_token: next.token, session_id: sessionId });
}

/** Once, however often the old token comes. */
async function endCopied({ env, now, requestId, caller }: BaseContext, { id, user_id, tenant_id }: SessionRow): Promise<void> {
  const db = tenantDb(env.DB, tenant_id);
  const open = db.exists(sessions, and(eq(sessions.id, id), isNull(sessions.revoked_at)));
  await db.batchIf(open, [
    revokeSession(env.DB, id, { now, reason: "reuse" }),
    audited({ actor: { kind: "system" }, db, now, requestId, caller }, { action: "session.revoke", entityId: id, after: { user_id, reason: "reuse" } }),
  ]);
}
