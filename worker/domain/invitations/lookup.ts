import { z } from "zod";
import { findInvitation } from "../../../db/invitations.ts";
import { findUserByEmail } from "../../../db/users.ts";
import { maskFields } from "../../auth/mask-fields.ts";
import { tokenField } from "../auth/fields.ts";
import { type BaseContext, iso } from "../context.ts";
import { hashOf, linkIsOver } from "./link.ts";
import { statusOf } from "./view.ts";

export const lookupQuery = z.object({ token: tokenField });

export const lookupView = z.object({
  tenant: z.object({ name: z.string() }),
  email: z.string().describe("Masked: the link may have got into other hands"),
  has_account: z.boolean().describe("True: accept with the account's password, or signed in; false: with a name and a new password"),
  expires_at: z.string(),
});

/**
 * What the page behind a mailed link shows.
 * @throws PlatformError `invalid-link`
 */
export async function lookUpInvitation({ ctx, input }: { ctx: BaseContext; input: z.infer<typeof lookupQuery> }): Promise<z.infer<typeof lookupView>> {
  const found = await findInvitation(ctx.env.DB, await hashOf(input.token));
  if (!found || statusOf(found.invitation, ctx.now) !== "pending") throw linkIsOver();
  const { email, expires_at } = found.invitation;
  const account = await findUserByEmail(ctx.env.DB, email);
  const masked = maskFields({ masked: { users: ["email"] } }, "users", { email });
  return { tenant: { name: found.tenant.name }, email: masked.email, has_account: account !== null, expires_at: iso(expires_at) };
}
