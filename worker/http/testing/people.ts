/**
 * Members of a tenant for tests that are not about signing in: account, membership and session
 * are put where signing in would put them.
 * @module
 */
import { newId } from "../../../db/ids.ts";
import { insertSession } from "../../../db/sessions.ts";
import { insertUser } from "../../../db/users.ts";
import { signAccessToken } from "../../auth/access-token.ts";
import { type Answered, env, type Harness, type Tenant } from "./harness.ts";

export interface Colleague {
  id: string;
  email: string;
  /** @param path after `/api/v1` */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>;
}

let people = 0;

interface Wanted {
  role?: string;
  team?: string | null;
  name?: string;
  email?: string;
}

export async function colleague(h: Harness, tenant: Pick<Tenant, "id">, { role = "member", team = null, name = "Ada Lovelace", email = `colleague-${++people}@example.com` }: Wanted = {}): Promise<Colleague> {
  const now = Date.now();
  const [id, sessionId] = [newId(now), newId(now)];
  await insertUser(env.DB, { id, email, name, created_at: now, updated_at: now });
  await env.DB.prepare("insert into memberships (tenant_id, user_id, role, team_id, status, created_at, updated_at) values (?, ?, ?, ?, 'active', ?, ?)").bind(tenant.id, id, role, team, now, now).run();
  return { id, email, call: await signedIn(h, tenant, { id, sessionId }) };
}

/** Another session of somebody who is a member already. */
export async function signedIn(h: Harness, tenant: Pick<Tenant, "id">, { id, sessionId = newId(Date.now()) }: { id: string; sessionId?: string }): Promise<Colleague["call"]> {
  const now = Date.now();
  const life = { created_at: now, last_used_at: now, expires_at: now + 3_600_000, revoked_at: null, revoked_reason: null };
  await insertSession(env.DB, { id: sessionId, user_id: id, tenant_id: tenant.id, refresh_hash: "", method: "password", user_agent: null, ip: null, ...life });
  const token = await signAccessToken(env, { userId: id, tenantId: tenant.id, sessionId }, now);
  return (method, path, body, headers) => h.call(token, method, `/api/v1${path}`, body, headers);
}

/** Answers of a list, whatever they are. */
export const listed = (answer: Answered): Record<string, unknown>[] => (answer.body.data ?? []) as Record<string, unknown>[];
