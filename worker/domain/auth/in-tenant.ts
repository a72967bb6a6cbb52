import { tenantDb } from "../../../db/tenant-db.ts";
import type { AuditContext } from "../audit/record.ts";
import type { BaseContext } from "../context.ts";

/**
 * Where the audit events of a sign-in flow go, which begins before any tenant is known.
 * @param userId null when nobody has shown who they are
 */
export function inTenant({ env, now, requestId, caller }: BaseContext, tenantId: string, userId: string | null): AuditContext {
  return { actor: userId === null ? { kind: "system" } : { kind: "user", userId }, db: tenantDb(env.DB, tenantId), now, requestId, caller };
}
