import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import { newId } from "../../../db/ids.ts";
import { memberships } from "../../../db/schema/memberships.ts";
import { invitations } from "../../../db/schema/sessions.ts";
import { openInvitations } from "../../../db/tenant-counts.ts";
import { findUserByEmail } from "../../../db/users.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { mustBeAbleTo } from "../../auth/can.ts";
import { audited } from "../audit/record.ts";
import { emailField, personName } from "../auth/fields.ts";
import type { TenantContext } from "../context.ts";
import { sendMail } from "../mails/deliver.ts";
import { batchWithinPlan } from "../plans/room.ts";
import { mustBeAbleToGive } from "../roles/find.ts";
import { findTeam } from "../teams/find.ts";
import { isOpen, newLink } from "./link.ts";
import { type InvitationView, viewInvitation } from "./view.ts";

export const invitationBody = z.strictObject({
  email: emailField,
  name: personName.nullable().default(null).describe("Until they say themselves what they are called"),
  role: z.string().max(64).describe("A built-in role or the id of one of the tenant's; none that allows more than one's own"),
  team_id: z.string().max(64).nullable().default(null),
});

/**
 * Mails somebody a link. Whether the address has an account elsewhere shows nowhere; an
 * invitation that is open already is replaced.
 * @throws PlatformError `bad-request`, `forbidden`, `not-found` for the team, `conflict` for who is a member already, `plan-limit`
 */
export async function createInvitation({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof invitationBody> }): Promise<InvitationView> {
  const { actor, db, env, now } = ctx;
  const { email, name, role, team_id } = input;
  mustBeAbleTo(actor, "users.write", { team_id });
  await mustBeAbleToGive(ctx, role);
  if (team_id !== null) await findTeam(ctx, team_id);
  const account = await findUserByEmail(env.DB, email);
  if (account && (await db.first(memberships, eq(memberships.user_id, account.id)))) throw new PlatformError("conflict", `${email} is a member already.`);
  const { token_hash, expires_at, mail } = await newLink(ctx, email);
  const by = actor.kind === "user" ? actor.userId : actor.createdBy;
  const row = { id: newId(now), email, name, role, team_id, invited_by: by, created_at: now, expires_at, accepted_at: null, revoked_at: null };
  const statements = [
    db.update(invitations, { revoked_at: now }, isOpen(now, eq(invitations.email, email))),
    db.insert(invitations, { ...row, token_hash }),
    audited(ctx, { action: "invitation.create", entityId: row.id, after: row }),
    mail,
  ];
  // One that is replaced gives its place back.
  await batchWithinPlan(ctx, "users", statements, sql`(1 - ${openInvitations(ctx.tenant, now, eq(invitations.email, email))})`);
  sendMail(ctx);
  return viewInvitation(actor, row, now);
}
