/**
 * From an Authorization header to an actor: an API key, a person's access token, or the
 * operator's key.
 *
 * Everything that can be taken back (a key, a session, a membership, a role) is read anew for
 * each request, in one round trip: what was revoked opens nothing from then on.
 * @module
 */
import { findCredential, touchCredential, type WorkflowRow } from "../../db/credentials.ts";
import { findSignedIn } from "../../db/signed-in.ts";
import { PlatformError } from "../../sdk/schema/problem.ts";
import type { Env } from "../env.ts";
import { verifyAccessToken } from "./access-token.ts";
import type { Actor, KeyActor, UserActor } from "./actor.ts";
import { hashApiKey, isApiKey } from "./api-key.ts";
import { sameSecret } from "./bytes.ts";
import type { Grants, Masked } from "./permissions.ts";
import { builtInRoles, isBuiltInRole, type Role } from "./roles.ts";

/** How fresh `last_used_at` is kept. */
const touchEveryMs = 60_000;

export interface Identity {
  actor: Actor;
  /** The workflow asked for along with the key. */
  workflow: WorkflowRow | null;
  /** The actor's tenant is suspended. */
  suspended: boolean;
  /** The actor's tenant asks for a second factor, and they have none. */
  mfaMissing: boolean;
}

export interface AuthenticateOptions {
  /** Reads this workflow of the key's tenant in the same round trip. */
  workflowId: string | null;
  now: number;
  waitUntil(work: Promise<unknown>): void;
}

/** One answer for every wrong credential, so that nothing is learned from the difference. */
const refusal = () => new PlatformError("unauthorized", "Send a valid API key or access token: `Authorization: Bearer …`.");

/** @throws PlatformError `unauthorized`, `token-expired` */
export async function authenticate(env: Env, authorization: string | null, options: AuthenticateOptions): Promise<Identity> {
  const [scheme, token, ...more] = (authorization ?? "").trim().split(/\s+/);
  if (!token || more.length > 0 || scheme?.toLowerCase() !== "bearer") throw refusal();
  if (isApiKey(token)) return identifyKey(env, token, options);
  if (token.startsWith("ey")) return identifyUser(env, token, options.now);
  if (env.OPERATOR_KEY && (await sameSecret(token, env.OPERATOR_KEY))) return { actor: { kind: "operator" }, workflow: null, suspended: false, mfaMissing: false };
  throw refusal();
}

async function identifyKey(env: Env, key: string, { workflowId, now, waitUntil }: AuthenticateOptions): Promise<Identity> {
  const found = await findCredential(env.DB, await hashApiKey(key), workflowId);
  if (!found || found.revoked_at !== null || (found.expires_at !== null && found.expires_at <= now)) throw refusal();
  // A key is its maker's: it ends with the membership, and never may more than they may now.
  if (found.created_by !== null && (found.role === null || found.status !== "active")) throw refusal();
  if (found.last_used_at === null || found.last_used_at < now - touchEveryMs) waitUntil(touchCredential(env.DB, found.key_id, now, touchEveryMs));
  const { grants, masked } = found.role === null ? builtInRoles.admin : roleOf({ ...found, role: found.role });
  const allowed = Object.fromEntries(Object.entries(grants).filter(([name, scope]) => scope === "all" && (found.scopes?.includes(name) ?? true)));
  const actor: KeyActor = { kind: "api_key", tenantId: found.tenant_id, keyId: found.key_id, name: found.name, createdBy: found.created_by, scoped: found.scopes !== null, grants: allowed, masked };
  return { actor, workflow: found.workflow, suspended: found.tenant_status === "suspended", mfaMissing: false };
}

async function identifyUser(env: Env, token: string, now: number): Promise<Identity> {
  const claims = await verifyAccessToken(env, token, now);
  if (claims === "expired") throw new PlatformError("token-expired", "The access token has expired: get another with POST /api/v1/auth/refresh.");
  if (claims === null) throw refusal();
  const found = await findSignedIn(env.DB, claims);
  if (!found || found.revoked_at !== null || found.status !== "active") throw refusal();
  const { role, name, team_id: teamId, method } = found;
  const actor: UserActor = { kind: "user", tenantId: claims.tenantId, userId: claims.userId, sessionId: claims.sessionId, method, name, role, teamId, ...roleOf(found) };
  // Who signs in with a provider has shown it there what it asks for.
  const mfaMissing = found.require_mfa !== 0 && found.mfa_enabled_at === null && method !== "sso";
  return { actor, workflow: null, suspended: found.tenant_status === "suspended", mfaMissing };
}

/** A custom role that is gone allows nothing. */
export function roleOf({ role, grants, masked }: { role: string; grants: Grants | null; masked: Masked | null }): Role {
  return isBuiltInRole(role) ? builtInRoles[role] : { grants: grants ?? {}, masked: masked ?? {} };
}
