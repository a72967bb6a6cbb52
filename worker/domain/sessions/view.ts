import { z } from "zod";
import type { listOpenSessions } from "../../../db/sessions.ts";
import type { findMember } from "../../../db/users.ts";
import { iso } from "../context.ts";

type Member = NonNullable<Awaited<ReturnType<typeof findMember>>>;

const tenantView = z.object({ id: z.string(), slug: z.string(), name: z.string() });

/** What a sign-in answers. */
export const sessionGrant = z.object({
  access_token: z.string().describe("A JWT for the Authorization header"),
  token_type: z.literal("Bearer"),
  expires_in: z.number().int().describe("Seconds the access token lives"),
  refresh_token: z.string().describe("Good for one POST /auth/refresh, which answers the next one"),
  session_id: z.string(),
  user: z.object({ id: z.string(), email: z.string(), name: z.string() }),
  tenant: tenantView,
  role: z.string().describe("admin, manager, member, viewer, or the id of a role of the tenant"),
});
export type SessionGrant = z.infer<typeof sessionGrant>;

export function grantOf({ user, tenant }: Member, tokens: Omit<SessionGrant, "token_type" | "user" | "tenant" | "role">): SessionGrant {
  const { access_token, expires_in, refresh_token, session_id } = tokens;
  return {
    access_token,
    token_type: "Bearer",
    expires_in,
    refresh_token,
    session_id,
    user: { id: user.id, email: user.email, name: user.name },
    tenant: { id: tenant.tenant_id, slug: tenant.slug, name: tenant.name },
    role: tenant.role,
  };
}

export const sessionView = z.object({
  id: z.string(),
  current: z.boolean().describe("Whether it is the one asking"),
  tenant: tenantView,
  method: z.string().describe("How it was begun: password, mfa, sso, invitation, switch"),
  user_agent: z.string().nullable(),
  ip: z.string().nullable(),
  created_at: z.string(),
  last_used_at: z.string().describe("The last time its tokens were renewed"),
  expires_at: z.string().describe("When it ends unless it is used before"),
});
export type SessionView = z.infer<typeof sessionView>;

export function viewSession({ session, tenant }: Awaited<ReturnType<typeof listOpenSessions>>[number], currentId: string): SessionView {
  const { id, method, user_agent, ip } = session;
  return { id, current: id === currentId, tenant, method, user_agent, ip, created_at: iso(session.created_at), last_used_at: iso(session.last_used_at), expires_at: iso(session.expires_at) };
}
