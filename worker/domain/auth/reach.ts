/**
 * How far a sign-in counts. A tenant's own provider says who somebody is, and its admins choose
 * the provider: what it vouches for must not open, show or change anything of the same person
 * in another tenant.
 * @module
 */
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { UserActor } from "../../auth/actor.ts";

/** The one tenant it counts in; undefined: all of the person's. */
export function onlyTenantOf({ method, tenantId }: UserActor): string | undefined {
  return method === "sso" ? tenantId : undefined;
}

export function withinReach<T extends { tenant_id: string }>(actor: UserActor, ofPerson: readonly T[]): T[] {
  const only = onlyTenantOf(actor);
  return ofPerson.filter(({ tenant_id }) => only === undefined || tenant_id === only);
}

export const beyondReach = () => new PlatformError("forbidden", "You signed in with the sign-in provider of this tenant, which speaks for this tenant alone. Sign in with your password for that.");
