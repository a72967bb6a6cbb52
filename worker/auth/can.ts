/**
 * The one question of access control: may this actor do this, to this record?
 * @module
 */
import { PlatformError } from "../../sdk/schema/problem.ts";
import type { TenantActor } from "./actor.ts";
import { isOverRecords, type Permission, permissions, type Scope, scopes } from "./permissions.ts";
import type { Role } from "./roles.ts";

/** Whose a record is. */
export interface Owned {
  owner_id?: string | null;
  team_id?: string | null;
}

/** Over whose records the actor may do it; null: over nobody's. Lists filter by it. */
export function scopeOf(actor: TenantActor, permission: Permission): Scope | null {
  const scope = actor.grants[permission] ?? null;
  // Where records have no owner, less than all of them is none.
  return scope === "all" || isOverRecords(permission) ? scope : null;
}

/** Without a record: whether there is any the actor may do it to. */
export function can(actor: TenantActor, permission: Permission, record?: Owned): boolean {
  const scope = scopeOf(actor, permission);
  if (scope === null) return false;
  if (scope === "all" || record === undefined) return true;
  if (actor.kind !== "user") return false;
  const own = record.owner_id === actor.userId;
  return scope === "own" ? own : own || (actor.teamId !== null && record.team_id === actor.teamId);
}

/** @throws PlatformError `forbidden`, naming the permission */
export function mustBeAbleTo(actor: TenantActor, permission: Permission, record?: Owned): void {
  if (can(actor, permission, record)) return;
  const what = permissions[permission];
  throw new PlatformError("forbidden", record === undefined || scopeOf(actor, permission) === null ? `This needs the permission ${permission} (${what.toLowerCase()}).` : `The permission ${permission} covers only your ${scopeOf(actor, permission) === "team" ? "team's" : "own"} records.`);
}

/** True when the role allows nothing and shows nothing that the actor may not do or see already. */
export function covers(actor: Pick<TenantActor, "grants" | "masked">, role: Role): boolean {
  const rank = (scope: Scope | undefined) => (scope === undefined ? -1 : scopes.indexOf(scope));
  const allows = Object.entries(role.grants).every(([permission, scope]) => rank(actor.grants[permission as Permission]) >= rank(scope));
  const shows = Object.entries(actor.masked).some(([entity, fields]) => fields.some((field) => !role.masked[entity]?.includes(field)));
  return allows && !shows;
}
