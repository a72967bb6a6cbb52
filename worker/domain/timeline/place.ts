/**
 * Where a page of a timeline ends: everything is in the order of its time, and of its id where
 * that is the same. Ids begin with the time of their making, so that most sources are sorted by
 * their id alone.
 * @module
 */
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { firstIdAt } from "../../../db/ids.ts";
import { fromBase64, toBase64Url, utf8 } from "../../auth/bytes.ts";

export interface Place {
  at: number;
  id: string;
}

/** ms, of a UUIDv7. */
export const timeOf = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

/** The later first. */
export const byPlace = (a: Place, b: Place): number => b.at - a.at || (a.id < b.id ? 1 : -1);

/** Ids whose place, by their own time, is behind this one are smaller than what it gives. */
export function idsBehind({ at, id }: Place): string {
  const [first, next] = [firstIdAt(at), firstIdAt(at + 1)];
  const own = id < next ? id : next;
  return own > first ? own : first;
}

export const cursorOf = ({ at, id }: Place): string => toBase64Url(utf8(`${at}:${id}`));

/** @throws PlatformError `bad-request` when it is not one of ours */
export function readPlace(cursor: string | undefined): Place | null {
  if (cursor === undefined) return null;
  const [, at, id] = /^(\d{1,15}):([\w-]{1,64})$/.exec(new TextDecoder().decode(fromBase64(cursor) ?? new Uint8Array())) ?? [];
  if (at === undefined || id === undefined) throw new PlatformError("bad-request", "The cursor is not one this API gave.", [{ pointer: "/query/cursor", detail: "not a cursor" }]);
  return { at: Number(at), id };
}
