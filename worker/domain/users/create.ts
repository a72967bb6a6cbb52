import { z } from "zod";
import { emailField, personName } from "../auth/fields.ts";
import type { TenantContext } from "../context.ts";
import { createInvitation } from "../invitations/create.ts";
import type { InvitationView } from "../invitations/view.ts";

export const userBody = z.strictObject({
  email: emailField,
  name: personName.describe("Until they say themselves what they are called"),
  role: z.string().max(64).describe("A built-in role or the id of one of the tenant's; none that allows more than one's own"),
  team_id: z.string().max(64).nullable().default(null),
});

/**
 * Invites somebody: they are a member once they have accepted. Nobody sets another's password,
 * and nobody's account is put into a tenant without them.
 * @throws PlatformError as createInvitation
 */
export function createUser({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof userBody> }): Promise<InvitationView> {
  return createInvitation({ ctx, input });
}
