/**
 * What those behind open sockets may by now: the same answers as `authenticate` gives to a
 * request, for many at once and without their secrets.
 * @module
 */
import { findLiveKeys, findLiveSessions } from "../../db/live-credentials.ts";
import type { Credential, Standing } from "../../durable-objects/realtime/contract.ts";
import { roleOf } from "../auth/authenticate.ts";
import { isOverRecords, type Permission } from "../auth/permissions.ts";
import { builtInRoles, type Role } from "../auth/roles.ts";
import type { Env } from "../env.ts";

/** In the order asked for; null for one that opens nothing any more. */
export async function standingOf(env: Pick<Env, "DB">, tenant: string, credentials: readonly Credential[], now: number): Promise<Array<Standing | null>> {
  const sessionIds = credentials.flatMap((one) => (one.kind === "session" ? [one.sessionId] : []));
  const hashes = credentials.flatMap((one) => (one.kind === "key" ? [one.hash] : []));
  const [sessions, keys] = await Promise.all([findLiveSessions(env.DB, tenant, sessionIds), findLiveKeys(env.DB, tenant, hashes)]);
  const bySession = new Map(sessions.map((row) => [`${row.id}:${row.user_id}`, row]));
  const byHash = new Map(keys.map((row) => [row.hash, row]));
  return credentials.map((one) => (one.kind === "session" ? ofSession(bySession.get(`${one.sessionId}:${one.userId}`), now) : ofKey(byHash.get(one.hash), now)));
}

type LiveSession = Awaited<ReturnType<typeof findLiveSessions>>[number];
type LiveKey = Awaited<ReturnType<typeof findLiveKeys>>[number];

function ofSession(row: LiveSession | undefined, now: number): Standing | null {
  if (!row || row.revoked_at !== null || row.expires_at <= now || row.status !== "active") return null;
  if (row.require_mfa !== 0 && row.mfa_enabled_at === null && row.method !== "sso") return null;
  return { ...standing(roleOf(row), null), scoped: scopedOf(roleOf(row)), userId: row.user_id, teamId: row.team_id };
}

function ofKey(row: LiveKey | undefined, now: number): Standing | null {
  if (!row || row.revoked_at !== null || (row.expires_at !== null && row.expires_at <= now)) return null;
  if (row.created_by === null) return standing(builtInRoles.admin, row.scopes);
  if (row.role === null || row.status !== "active") return null;
  return standing(roleOf({ ...row, role: row.role }), row.scopes);
}

function standing({ grants, masked }: Role, scopes: readonly string[] | null): Standing {
  const allowed = Object.entries(grants).flatMap(([name, scope]) => (scope === "all" && (scopes?.includes(name) ?? true) ? [name] : []));
  const maskedEntities = Object.entries(masked).flatMap(([entity, fields]) => (fields.length > 0 ? [entity] : []));
  return { grants: allowed, masked: maskedEntities.length > 0, maskedEntities };
}

/** Over one's own records or one's team's: people have these, keys have none. */
function scopedOf({ grants }: Role): Record<string, "team" | "own"> {
  return Object.fromEntries(Object.entries(grants).flatMap(([name, scope]) => ((scope === "own" || scope === "team") && name.endsWith(".read") && isOverRecords(name as Permission) ? [[name, scope]] : [])));
}
