import { newId } from "../../../db/ids.ts";
import { insertSession } from "../../../db/sessions.ts";
import type { Statement } from "../../../db/tenant-db.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import { findMember } from "../../../db/users.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { accessTokenSeconds, signAccessToken } from "../../auth/access-token.ts";
import { newRefreshToken } from "../../auth/refresh-token.ts";
import { audited } from "../audit/record.ts";
import type { BaseContext } from "../context.ts";
import { expiryOf } from "./life.ts";
import { grantOf, type SessionGrant } from "./view.ts";

/** How somebody proved who they are. */
export type SignInMethod = "password" | "mfa" | "sso" | "invitation" | "reset" | "register" | "switch";

export interface NewSession {
  userId: string;
  tenantId: string;
  method: SignInMethod;
  /** When they did, if not now: counts for how long the session may go on. */
  signedInAt?: number;
  /** Changes that belong into the same batch. */
  along?: readonly Statement[];
}

/**
 * Signs a person in to a tenant they are a member of. The caller has checked who they are.
 * @throws PlatformError `forbidden` for anyone but an active member
 */
export async function beginSession(base: BaseContext, { userId, tenantId, method, signedInAt = base.now, along = [] }: NewSession): Promise<SessionGrant> {
  const { env, now, caller, requestId } = base;
  const member = await findMember(env.DB, userId, tenantId);
  if (!member || member.tenant.status !== "active") throw new PlatformError("forbidden", "You are not an active member of this tenant.");
  const sessionId = newId(now);
  const [refresh, access] = await Promise.all([newRefreshToken(env.MASTER_KEY, sessionId), signAccessToken(env, { userId, tenantId, sessionId }, now)]);
  const device = { user_agent: caller.userAgent, ip: caller.ip };
  const db = tenantDb(env.DB, tenantId);
  await db.batch([
    ...along,
    insertSession(env.DB, { id: sessionId, user_id: userId, tenant_id: tenantId, refresh_hash: refresh.hash, method, ...device, created_at: signedInAt, last_used_at: now, expires_at: expiryOf(signedInAt, now), revoked_at: null, revoked_reason: null }),
    audited({ actor: { kind: "user", userId }, db, now, requestId, caller }, { action: "session.create", entityId: sessionId, after: { user_id: userId, method } }),
  ]);
  return grantOf(member, { access_token: access, expires_in: accessTokenSeconds, refresh_token: refresh.token, session_id: sessionId });
}
