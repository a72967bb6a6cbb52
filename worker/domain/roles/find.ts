/**
 * Roles by name or id: the four that every tenant has, and its own.
 * @module
 */
import { eq } from "drizzle-orm";
import { roles } from "../../../db/schema/roles.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { covers } from "../../auth/can.ts";
import { builtInRoles, isBuiltInRole, type Role } from "../../auth/roles.ts";
import type { TenantContext } from "../context.ts";

/** Null when the tenant has no such role. */
export async function findRole(ctx: Pick<TenantContext, "db">, role: string): Promise<Role | null> {
  return isBuiltInRole(role) ? builtInRoles[role] : ctx.db.first(roles, eq(roles.id, role));
}

/**
 * Before somebody is given a role, by whatever way: nobody hands out more than they have.
 * @throws PlatformError `bad-request` when there is no such role, `forbidden` when it allows more than the actor's own
 */
export async function mustBeAbleToGive(ctx: Pick<TenantContext, "db" | "actor">, role: string): Promise<void> {
  const found = await findRole(ctx, role);
  if (!found) throw new PlatformError("bad-request", `There is no role ${role}. \`GET /api/v1/roles\` lists them.`, [{ pointer: "/role", detail: "no such role" }]);
  if (!covers(ctx.actor, found)) throw new PlatformError("forbidden", `The role ${role} allows more than you may do yourself; somebody who may do all of it has to give it.`);
}

/**
 * Before somebody is changed or removed, or a role is: nobody reaches above themselves.
 * @throws PlatformError `forbidden`
 */
export async function mustNotBeAbove(ctx: Pick<TenantContext, "db" | "actor">, role: string): Promise<void> {
  const found = await findRole(ctx, role);
  if (found && !covers(ctx.actor, found)) throw new PlatformError("forbidden", "Their role allows more than yours: somebody who may do all of it has to change this.");
}
