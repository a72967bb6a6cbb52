/**
 * The people of a tenant as requests for approval see them.
 * @module
 */
import { and, eq, gt, inArray, isNull, lte, or } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { listMembers } from "../../../db/members.ts";
import { approvalDelegations, type Asked } from "../../../db/schema/approvals.ts";
import { memberships, teams } from "../../../db/schema/memberships.ts";
import { roles } from "../../../db/schema/roles.ts";
import { users } from "../../../db/schema/users.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";
import { builtInRoles, isBuiltInRole } from "../../auth/roles.ts";
import type { Env } from "../../env.ts";
import type { Delegation, Member } from "./electorate.ts";

export interface Place {
  env: Pick<Env, "DB">;
  db: TenantDb;
  now: number;
}

/** With what is needed to write to them. */
export interface Person extends Member {
  name: string;
  email: string;
  locale: string;
}

/** So many members are looked at, the oldest first. */
const mostMembers = 5000;

/** Active members: those asked, those who decide for them, and the admins; of a request to nobody by name, all. */
export async function peopleFor({ env, db }: Place, asked: readonly Asked[], besides: readonly string[]): Promise<Person[]> {
  const ids = (kind: Asked["kind"]) => asked.flatMap((one) => (one.kind === kind ? [one.id] : []));
  const concerned = or(among(memberships.user_id, [...ids("user"), ...besides]), among(memberships.role, [...ids("role"), "admin"]), among(memberships.team_id, ids("team")));
  return activeMembers({ env, db }, asked.length === 0 ? undefined : concerned);
}

export async function activeMembers({ env, db }: Pick<Place, "env" | "db">, where?: ReturnType<typeof or>): Promise<Person[]> {
  const members = await listMembers(env.DB, db.tenant, { where: and(eq(memberships.status, "active"), where), limit: mostMembers });
  const own = [...new Set(members.map(({ role }) => role))].filter((role) => !isBuiltInRole(role));
  const allowing = new Set((own.length === 0 ? [] : await db.select(roles, { where: among(roles.id, own) })).filter(({ grants }) => grants["workflows.approve"] === "all").map(({ id }) => id));
  const may = (role: string): boolean => (isBuiltInRole(role) ? "workflows.approve" in builtInRoles[role].grants : allowing.has(role));
  return members.map(({ id, role, team_id, name, email, locale }) => ({ id, role, team_id, name, email, locale, may: may(role) }));
}

/** Who decides in whose place now: for all requests, and for this one. */
export async function delegationsNow({ db, now }: Pick<Place, "db" | "now">, approvalId: string): Promise<Delegation[]> {
  const { approval_id, from_at, until_at } = approvalDelegations;
  return db.select(approvalDelegations, { where: and(inArray(approval_id, ["", approvalId]), lte(from_at, now), or(isNull(until_at), gt(until_at, now))) });
}

/** What was handed on to somebody, as it counts now. */
export async function delegationsTo({ db, now }: Pick<Place, "db" | "now">, userId: string): Promise<(Delegation & { approval_id: string })[]> {
  const { to_user, from_at, until_at } = approvalDelegations;
  return db.select(approvalDelegations, { where: and(eq(to_user, userId), lte(from_at, now), or(isNull(until_at), gt(until_at, now))) });
}

/**
 * Whom the names mean: an id or an address of a member, else a role, else a team; `role:` or
 * `team:` in front says which. What is none of them stays as it is, and opens nothing.
 */
export async function resolveNames({ env, db }: Pick<Place, "env" | "db">, names: readonly string[]): Promise<Asked[]> {
  if (names.length === 0) return [];
  const lower = names.map((name) => name.trim().toLowerCase());
  const [members, ownRoles, ownTeams] = await Promise.all([
    listMembers(env.DB, db.tenant, { where: or(among(memberships.user_id, lower), among(users.email, lower)), limit: names.length * 2 }),
    db.select(roles),
    db.select(teams),
  ]);
  const named = (list: readonly { id: string; name: string }[], name: string) => list.find((one) => one.id === name) ?? list.find((one) => one.name.toLowerCase() === name);
  const roleOf = (name: string): string | undefined => (isBuiltInRole(name) ? name : named(ownRoles, name)?.id);
  const resolved = names.map((given): Asked => {
    const [, prefix = "", plain = ""] = /^(role:|team:|user:)?(.*)$/s.exec(given.trim().toLowerCase()) ?? [];
    const name = given.slice(0, 320);
    const user = prefix === "" || prefix === "user:" ? members.find(({ id, email }) => id === plain || email === plain) : undefined;
    if (user) return { kind: "user", id: user.id, name: user.id };
    const role = prefix === "" || prefix === "role:" ? roleOf(plain) : undefined;
    if (role !== undefined) return { kind: "role", id: role, name };
    const team = prefix === "" || prefix === "team:" ? named(ownTeams, plain) : undefined;
    return team ? { kind: "team", id: team.id, name } : { kind: "unknown", id: "", name };
  });
  // An address and an id may be the same person.
  return resolved.filter((one, index) => one.kind === "unknown" || resolved.findIndex((other) => other.kind === one.kind && other.id === one.id) === index);
}
