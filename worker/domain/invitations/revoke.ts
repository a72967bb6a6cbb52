import { eq } from "drizzle-orm";
import { invitations } from "../../../db/schema/sessions.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { findOwnInvitation } from "./find.ts";
import { isOpen } from "./link.ts";

/**
 * From now on the link opens nothing. Revoking one that is over is a no-op.
 * @throws PlatformError `not-found`, `forbidden`, `conflict` for one that was accepted
 */
export async function revokeInvitation({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<void> {
  const { db, now } = ctx;
  const row = await findOwnInvitation(ctx, input.id);
  const open = isOpen(now, eq(invitations.id, row.id));
  await db.batchIf(db.exists(invitations, open), [db.update(invitations, { revoked_at: now }, open), audited(ctx, { action: "invitation.revoke", entityId: row.id, before: { revoked: false }, after: { revoked: true } })]);
  const after = await findOwnInvitation(ctx, input.id);
  if (after.accepted_at !== null) throw new PlatformError("conflict", "The invitation was accepted. To take somebody out again, remove the user.");
}
