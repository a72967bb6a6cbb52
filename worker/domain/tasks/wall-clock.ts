/**
 * What clocks on the wall show in a time zone, and back.
 * @module
 */
export interface Wall {
  /** Days since 1970-01-01, in the zone's calendar. */
  day: number;
  /** ms since its midnight, as the clock shows it. */
  time: number;
}

export const dayMs = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", era: "short", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" });
    if (formats.size > 200) formats.clear();
    formats.set(zone, format);
  }
  return format;
}

/** How far the zone's clocks are ahead of UTC at a moment, ms. */
export function offsetAt(ms: number, zone: string): number {
  const parts: Record<string, string> = {};
  for (const { type, value } of formatOf(zone).formatToParts(ms)) parts[type] = value;
  const part = (name: string): number => Number(parts[name] ?? 0);
  const shown = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return shown - Math.floor(ms / 1000) * 1000;
}

export function wallOf(ms: number, zone: string): Wall {
  const local = ms + offsetAt(ms, zone);
  const day = Math.floor(local / dayMs);
  return { day, time: local - day * dayMs };
}

/**
 * The moment at which the clocks show this. Of two the first; a time that the clocks skip is
 * read with the offset from before, as RFC 5545 has it (3.3.5): 02:30 becomes 03:30.
 */
export function instantOf({ day, time }: Wall, zone: string): number {
  const local = day * dayMs + time;
  const [before, after] = [local - offsetAt(local - dayMs, zone), local - offsetAt(local + dayMs, zone)];
  const shows = (ms: number): boolean => ms + offsetAt(ms, zone) === local;
  return shows(before) || !shows(after) ? before : after;
}
