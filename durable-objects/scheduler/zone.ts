/**
 * A timezone as spans of constant offset. Pure but for a memo of what never changes while a
 * process lives: the transitions of a zone in a year.
 *
 * A wall time is written as if it were UTC, in ms: `wall = instant + offset`.
 * @module
 */
export interface Span {
  /** Instants; the last one's end is not included, and may be `Infinity` for want of knowledge. */
  start: number;
  end: number;
  offset: number;
  /** Where the clock stood when the span before ended, and where it goes when this one ends; null where that is not known. */
  wallBefore: number | null;
  wallAfter: number | null;
}

interface Transition {
  at: number;
  before: number;
  after: number;
}

const day = 86_400_000;
/** No zone changes its offset twice in so long. */
const step = 6 * day;

const formats = new Map<string, Intl.DateTimeFormat>();
const years = new Map<string, readonly Transition[]>();
const mostYears = 5_000;

/** @throws RangeError for a timezone that is not known */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-US", { timeZone: zone, calendar: "gregory", numberingSystem: "latn", hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" });
  formats.set(zone, made);
  return made;
}

/** Zones by name; offsets such as `+02:00` are none: they have no clocks to change. */
export function isZone(zone: string): boolean {
  if (!/^[A-Za-z][\w+\-/]{0,99}$/.test(zone)) return false;
  try {
    return formatOf(zone) !== null;
  } catch {
    return false;
  }
}

/** How far the zone is ahead of UTC, ms. */
export function offsetAt(zone: string, instant: number): number {
  const second = Math.floor(instant / 1_000) * 1_000;
  const match = /(\d+)\/(\d+)\/(\d+), (\d+):(\d+):(\d+)/.exec(formatOf(zone).format(second));
  if (!match) throw new RangeError(`the time in ${zone} cannot be read`);
  const [, month, date, year, hour, minute, seconds] = match.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, date, hour, minute, seconds) - second;
}

function transitionsIn(zone: string, year: number): readonly Transition[] {
  const key = `${zone}:${year}`;
  const known = years.get(key);
  if (known) return known;
  const found: Transition[] = [];
  const end = Date.UTC(year + 1, 0, 1);
  let at = Date.UTC(year, 0, 1);
  let offset = offsetAt(zone, at);
  while (at < end) {
    const next = Math.min(at + step, end);
    const after = offsetAt(zone, next);
    if (after !== offset) found.push({ at: changeBetween(zone, at, next, offset), before: offset, after });
    [at, offset] = [next, after];
  }
  if (years.size >= mostYears) years.clear();
  years.set(key, found);
  return found;
}

/** The first second of the new offset. */
function changeBetween(zone: string, from: number, to: number, before: number): number {
  let [low, high] = [from / 1_000, to / 1_000];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(zone, middle * 1_000) === before) low = middle;
    else high = middle;
  }
  return high * 1_000;
}

/** Changes of the clock, each once and in order. */
export function transitionsBetween(zone: string, from: number, to: number): Transition[] {
  const found: Transition[] = [];
  for (let year = new Date(from).getUTCFullYear(); year <= new Date(to).getUTCFullYear(); year++) found.push(...transitionsIn(zone, year).filter(({ at }) => at >= from && at < to));
  return found;
}

/** The span that holds an instant, and those after it, to the end of time as far as it is looked at. */
export function* spansFrom(zone: string, instant: number): Generator<Span> {
  const from = instant - step;
  const recent = transitionsBetween(zone, from, instant + 1).at(-1);
  let start = recent?.at ?? from;
  let offset = recent?.after ?? offsetAt(zone, from);
  let wallBefore = recent ? recent.at + recent.before : null;
  const firstYear = new Date(instant).getUTCFullYear();
  for (let year = firstYear; year < firstYear + 50; year++) {
    for (const { at, before, after } of transitionsIn(zone, year)) {
      if (at <= start || at <= instant) continue;
      yield { start, end: at, offset, wallBefore, wallAfter: at + after };
      [start, offset, wallBefore] = [at, after, at + before];
    }
    // What is asked for mostly lies near: years that nobody looks at cost nothing.
    const end = Date.UTC(year + 1, 0, 1);
    if (start === end) continue;
    yield { start, end, offset, wallBefore, wallAfter: null };
    [start, wallBefore] = [end, null];
  }
}
