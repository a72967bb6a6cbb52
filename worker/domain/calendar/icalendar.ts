/**
 * Tasks as iCalendar (RFC 5545). Each occurrence is an event of its own, in UTC, so that it is
 * right in any program, whatever that knows of time zones. An occurrence keeps its UID when the
 * one before it is done and it becomes a task.
 * @module
 */
import ICAL from "ical.js";
import { daysBetween } from "../tasks/recurrence.ts";
import { dayMs, wallOf } from "../tasks/wall-clock.ts";
import type { Occurrence } from "./range.ts";

/** Texts of a calendar have neither carriage returns nor other control characters. */
const plain = (text: string): string => text.replaceAll(/\r\n?/g, "\n").replaceAll(/(?!\n)\p{Cc}/gu, " ");

const utc = (ms: number): InstanceType<typeof ICAL.Time> => ICAL.Time.fromJSDate(new Date(Math.floor(ms / 1000) * 1000), true);

function day(ms: number, timezone: string, more = 0): InstanceType<typeof ICAL.Time> {
  const date = new Date((wallOf(ms, timezone).day + more) * dayMs);
  return ICAL.Time.fromData({ year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(), isDate: true });
}

const statuses: Readonly<Record<string, string>> = { open: "CONFIRMED", in_progress: "CONFIRMED", done: "CONFIRMED", cancelled: "CANCELLED" };

export interface Calendar {
  name: string;
  /** Of the texts of tasks, those that may be shown. */
  describes: boolean;
  link(taskId: string): string | null;
}

/** @returns lines of at most 75 bytes, ended by CR and LF */
export function icalendarOf(found: readonly Occurrence[], calendar: Calendar): string {
  const whole = new ICAL.Component(["vcalendar", [], []]);
  const said = { version: "2.0", prodid: "-//Everstep//Tasks//EN", calscale: "GREGORIAN", "x-wr-calname": plain(calendar.name), "refresh-interval": null, "x-published-ttl": "PT15M" };
  for (const [name, value] of Object.entries(said)) if (value !== null) whole.addPropertyWithValue(name, value);
  for (const one of found) {
    const event = eventOf(one, calendar);
    if (event) whole.addSubcomponent(event);
  }
  return `${folded(whole.toString())}\r\n`;
}

/** The library counts lines up to 76 bytes. */
function folded(text: string): string {
  return text.replaceAll("\r\n ", "").split("\r\n").map(foldedLine).join("\r\n");
}

const bytesOf = (char: string): number => {
  const code = char.codePointAt(0) ?? 0;
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
};

function foldedLine(line: string): string {
  let [whole, length] = ["", 0];
  for (const char of line) {
    const bytes = bytesOf(char);
    if (length + bytes > 75) [whole, length] = [`${whole}\r\n `, 1];
    whole += char;
    length += bytes;
  }
  return whole;
}

function eventOf({ row, starts_at, ends_at, due_at }: Occurrence, { describes, link }: Calendar): InstanceType<typeof ICAL.Component> | null {
  const begin = starts_at ?? due_at;
  if (begin === null) return null;
  const timezone = String(row["timezone"]);
  const event = new ICAL.Component("vevent");
  const add = (name: string, value: unknown): void => void (value !== null && value !== undefined && value !== "" && event.addPropertyWithValue(name, value));
  const series = row["series_id"];
  add("uid", typeof series === "string" ? `${series}-${wallOf(begin, timezone).day}@everstep` : `${row.id}@everstep`);
  add("dtstamp", utc(row.updated_at));
  add("last-modified", utc(row.updated_at));
  add("summary", `${row["status"] === "done" ? "✓ " : ""}${plain(String(row["title"]))}`);
  if (row["all_day"]) {
    add("dtstart", day(begin, timezone));
    // The end of a day's event is the day after.
    add("dtend", day(begin, timezone, 1 + Math.max(0, ends_at === null ? 0 : daysBetween(begin, ends_at, timezone))));
  } else {
    add("dtstart", utc(begin));
    if (ends_at !== null && ends_at > begin) add("dtend", utc(ends_at));
  }
  if (describes && typeof row["description"] === "string") add("description", plain(row["description"]));
  if (typeof row["location"] === "string") add("location", plain(row["location"]));
  add("status", statuses[String(row["status"])]);
  add("transp", starts_at === null ? "TRANSPARENT" : "OPAQUE");
  add("categories", String(row["type"]));
  add("priority", { high: 1, normal: 5, low: 9 }[String(row["priority"])]);
  add("url", link(row.id));
  return event;
}
