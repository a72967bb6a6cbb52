import type { TenantContext } from "../context.ts";
import { findUser } from "./find.ts";
import { type UserView, viewUser } from "./view.ts";

/** @throws PlatformError `not-found`, `forbidden` for somebody beyond the actor's team */
export async function getUser({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<UserView> {
  return viewUser(ctx.actor, await findUser(ctx, input.id, "users.read"));
}
