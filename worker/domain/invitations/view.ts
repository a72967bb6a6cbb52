import { z } from "zod";
import type { InvitationRow } from "../../../db/invitations.ts";
import type { TenantActor } from "../../auth/actor.ts";
import { maskFields } from "../../auth/mask-fields.ts";
import { iso } from "../context.ts";

export const invitationView = z.object({
  id: z.string(),
  email: z.string().describe("Masked for roles that may not see it"),
  name: z.string().nullable(),
  role: z.string(),
  team_id: z.string().nullable(),
  status: z.enum(["pending", "accepted", "revoked", "expired"]),
  invited_by: z.string().nullable().describe("The user; null for an API key made by the operator"),
  created_at: z.string(),
  expires_at: z.string(),
});
export type InvitationView = z.infer<typeof invitationView>;

export function statusOf({ accepted_at, revoked_at, expires_at }: Pick<InvitationRow, "accepted_at" | "revoked_at" | "expires_at">, now: number): InvitationView["status"] {
  if (accepted_at !== null) return "accepted";
  if (revoked_at !== null) return "revoked";
  return expires_at <= now ? "expired" : "pending";
}

export function viewInvitation(actor: TenantActor, row: Omit<InvitationRow, "tenant_id" | "token_hash">, now: number): InvitationView {
  const { id, email, name, role, team_id, invited_by } = row;
  return maskFields(actor, "users", { id, email, name, role, team_id, status: statusOf(row, now), invited_by, created_at: iso(row.created_at), expires_at: iso(row.expires_at) });
}
