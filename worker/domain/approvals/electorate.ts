/**
 * Who may decide a request, and for whom. Pure: people, names and delegations in, voices out.
 *
 * Rules
 * 1. Only active members with the permission `workflows.approve` count, as they are now.
 * 2. Nobody named: each of them. Else those named, and members of the roles and teams named.
 * 3. Who is asked may hand it on, once: what was handed on cannot be handed on again.
 * 4. Admins decide what they are asked for, and what nobody else can: a request that none of
 *    those named can answer, and where all have to approve, in place of each of those.
 * 5. Each person decides once, and in each person's place it is decided once.
 * @module
 */
import type { Asked } from "../../../db/schema/approvals.ts";

/** An active member of the tenant. */
export interface Member {
  id: string;
  role: string;
  team_id: string | null;
  /** Has the permission to decide. */
  may: boolean;
}

export interface Delegation {
  user_id: string;
  to_user: string;
}

export interface Request {
  asked: readonly Asked[];
  need: "any" | "all" | number;
  delegable: boolean;
}

/** Somebody's right to decide. */
export interface Voice {
  /** Whose place it takes: their own, or that of who handed it on. */
  seat: string;
  /** Which of those asked it stands for, by their place in the list. */
  standsFor: number[];
}

export interface Electorate {
  /** People who are asked themselves, admins among them where nobody else can. */
  seats: readonly string[];
  /** Who decides in others' places: delegate → delegators. */
  delegates: ReadonlyMap<string, readonly string[]>;
  /** Of those asked, those in whose place admins decide: nobody else can. */
  orphans: readonly number[];
}

const admin = "admin";

const isAsked = (one: Asked, member: Member): boolean => (one.kind === "user" && one.id === member.id) || (one.kind === "role" && one.id === member.role) || (one.kind === "team" && one.id === member.team_id);

export function electorateOf({ asked, need, delegable }: Request, members: readonly Member[], delegations: readonly Delegation[]): Electorate {
  const able = members.filter(({ may }) => may);
  const orphans = asked.flatMap((one, index) => (one.escalated || able.some((member) => isAsked(one, member)) ? [] : [index]));
  const named = able.filter((member) => asked.some((one) => isAsked(one, member)));
  const admins = need === "all" ? orphans.length > 0 : asked.length > 0 && named.length === 0;
  const seats = asked.length === 0 ? able : admins ? able.filter((member) => member.role === admin || named.includes(member)) : named;
  const ids = new Set(seats.map(({ id }) => id));
  const delegates = new Map<string, string[]>();
  if (delegable) {
    for (const { user_id, to_user } of delegations) {
      if (!ids.has(user_id) || user_id === to_user || !able.some(({ id }) => id === to_user)) continue;
      delegates.set(to_user, [...new Set([...(delegates.get(to_user) ?? []), user_id])]);
    }
  }
  return { seats: [...ids], delegates, orphans: admins ? orphans : [] };
}

/**
 * Null: it is not for them, or all places they could take are taken.
 * @param taken places in which somebody has decided already
 */
export function voiceOf({ asked, ...request }: Request, members: readonly Member[], delegations: readonly Delegation[], voter: Member, taken: ReadonlySet<string>): Voice | null {
  if (!voter.may) return null;
  // A key that is nobody's is no member, and may what an admin may.
  const all = members.some(({ id }) => id === voter.id) ? members : [...members, voter];
  const electorate = electorateOf({ asked, ...request }, all, delegations);
  const places = [...(electorate.seats.includes(voter.id) ? [voter.id] : []), ...(electorate.delegates.get(voter.id) ?? [])];
  const free = places.filter((place) => !taken.has(place));
  const [seat] = free;
  if (seat === undefined) return null;
  const persons = all.filter(({ id }) => free.includes(id));
  const named = asked.flatMap((one, index) => (persons.some((person) => isAsked(one, person)) ? [index] : []));
  const adopted = persons.some(({ role }) => role === admin) ? electorate.orphans : [];
  const escalated = named.some((index) => asked[index]?.escalated);
  const standsFor = escalated ? asked.map((_, index) => index) : [...new Set([...named, ...adopted])].sort((a, b) => a - b);
  return { seat, standsFor };
}
