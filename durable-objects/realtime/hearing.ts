/**
 * Who is told of which news, and whether in full.
 * @module
 */
import type { Audience, Standing } from "./contract.ts";
import type { Entry } from "./log.ts";

/** What of a standing counts for news; small, as each socket keeps it. */
export type Hearing = Omit<Standing, "grants"> & { reads: readonly string[] };

export function hearingOf({ grants, ...rest }: Standing): Hearing {
  return { ...rest, reads: grants.filter((one) => one.endsWith(".read")) };
}

/** Of an entry many members are asked: it is read once. */
const audiences = new WeakMap<Entry, Audience>();

function audienceOf(entry: Entry): Audience | null {
  if (entry.audience === null) return null;
  const known = audiences.get(entry) ?? (JSON.parse(entry.audience) as Audience);
  audiences.set(entry, known);
  return known;
}

/** Null when they are not told; else whether only of what it is about. */
export function hears(hearing: Hearing | null, entry: Entry): { masked: boolean } | null {
  const audience = audienceOf(entry);
  if (audience === null) return { masked: hearing?.masked ?? true };
  if (hearing === null || !mayRead(hearing, audience)) return null;
  return { masked: hearing.maskedEntities?.includes(audience.entity) ?? hearing.masked };
}

function mayRead({ reads, scoped = {}, userId, teamId = null }: Hearing, { permission, owner, team }: Audience): boolean {
  if (reads.includes(permission)) return true;
  const scope = Object.hasOwn(scoped, permission) ? scoped[permission] : undefined;
  if (scope === undefined || userId === undefined) return false;
  return owner === userId || (scope === "team" && teamId !== null && team === teamId);
}
