import { and, eq, isNull } from "drizzle-orm";
import { invitations } from "../../../db/schema/sessions.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { sendMail } from "../mails/deliver.ts";
import { mustHaveRoom } from "../plans/room.ts";
import { mustBeAbleToGive } from "../roles/find.ts";
import { findOwnInvitation } from "./find.ts";
import { newLink } from "./link.ts";
import { type InvitationView, statusOf, viewInvitation } from "./view.ts";

/**
 * Mails a new link, good for seven days again; the old one ends.
 * @throws PlatformError `not-found`, `forbidden`, `conflict` for one that was accepted or revoked
 */
export async function resendInvitation({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<InvitationView> {
  const { actor, db, now } = ctx;
  const row = await findOwnInvitation(ctx, input.id);
  await mustBeAbleToGive(ctx, row.role);
  if (statusOf(row, now) === "expired") await mustHaveRoom(ctx, ctx.tenant, "users");
  const { token_hash, expires_at, mail } = await newLink(ctx, row.email);
  const waiting = and(eq(invitations.id, row.id), isNull(invitations.accepted_at), isNull(invitations.revoked_at));
  const done = await db.batchIf(db.exists(invitations, waiting), [
    db.update(invitations, { token_hash, expires_at }, waiting),
    audited(ctx, { action: "invitation.resend", entityId: row.id, before: { expires_at: row.expires_at }, after: { expires_at } }),
    mail,
  ]);
  if (!done) throw new PlatformError("conflict", "The invitation was accepted or revoked. Make another.");
  sendMail(ctx);
  return viewInvitation(actor, { ...row, expires_at }, now);
}
