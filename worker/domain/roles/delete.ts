import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { memberships } from "../../../db/schema/memberships.ts";
import { roles } from "../../../db/schema/roles.ts";
import { invitations } from "../../../db/schema/sessions.ts";
import { ssoProviders } from "../../../db/schema/sso.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { mustCover } from "./create.ts";
import { findOwnRole } from "./get.ts";

/** @throws PlatformError `not-found`, `forbidden`, `conflict` while somebody has it or is about to get it */
export async function deleteRole({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<void> {
  const { id, name, ...rest } = await findOwnRole(ctx, input.id);
  mustCover(ctx, rest);
  const { description, grants, masked } = rest;
  const had = ctx.db.exists(memberships, eq(memberships.role, id));
  const promised = ctx.db.exists(invitations, and(eq(invitations.role, id), isNull(invitations.accepted_at), isNull(invitations.revoked_at), gt(invitations.expires_at, ctx.now)));
  const given = ctx.db.exists(ssoProviders, eq(ssoProviders.role, id));
  const done = await ctx.db.batchIf(sql`not ${had} and not ${promised} and not ${given}`, [
    ctx.db.delete(roles, eq(roles.id, id)),
    audited(ctx, { action: "role.delete", entityId: id, before: { name, description, grants, masked } }),
  ]);
  if (!done) throw new PlatformError("conflict", `Somebody has the role ${name}, is invited as it, or gets it from a sign-in provider. Give them another first.`);
}
