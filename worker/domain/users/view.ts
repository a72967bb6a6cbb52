import { z } from "zod";
import type { Member } from "../../../db/members.ts";
import type { TenantActor } from "../../auth/actor.ts";
import { maskFields } from "../../auth/mask-fields.ts";
import { iso } from "../context.ts";

export const memberStatus = z.enum(["active", "disabled"]);

export const userView = z.object({
  id: z.string(),
  email: z.string().describe("Masked for roles that may not see it"),
  name: z.string(),
  role: z.string().describe("`admin`, `manager`, `member`, `viewer`, or the id of a role of the tenant"),
  team_id: z.string().nullable(),
  status: memberStatus.describe("`disabled`: cannot sign in to this tenant"),
  mfa_enabled: z.boolean(),
  created_at: z.string().describe("When they joined the tenant"),
  updated_at: z.string(),
});
export type UserView = z.infer<typeof userView>;

export function viewUser(actor: TenantActor, row: Member): UserView {
  const { id, email, name, role, team_id, status } = row;
  const view = { id, email, name, role, team_id, status, mfa_enabled: row.mfa_enabled_at !== null, created_at: iso(row.created_at), updated_at: iso(row.updated_at) };
  // Nobody's own address is a secret to them.
  return actor.kind === "user" && actor.userId === id ? view : maskFields(actor, "users", view);
}
