/**
 * Recurrence rules (RFC 5545, 3.3.10) as tasks may have them: by day, week, month or year. The
 * time of day is the task's own, so rules that name hours are refused.
 * @module
 */
export interface Rule {
  freq: "DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY";
  interval: number;
  /** How many there are, the first among them. */
  count: number | null;
  /** As it stands: `20261231`, `20261231T235959`, with `Z` in UTC. */
  until: string | null;
  /** `nth`: 2 is the second of the month, or year; -1 the last; null every one. */
  byDay: readonly { weekday: number; nth: number | null }[];
  byMonthDay: readonly number[];
  byMonth: readonly number[];
  bySetPos: readonly number[];
  /** Day that weeks begin with; 0 is Sunday. */
  weekStart: number;
}

/** Why a text is no rule. */
export interface Refused {
  fault: string;
}

const weekdays = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
const known = ["FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"];

class Fault extends Error {}

function whole(name: string, text: string, least: number, most: number): number {
  const value = /^[+-]?\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most) || (least < 0 && value === 0)) throw new Fault(`${name}: ${text || "nothing"} is not a number from ${least} to ${most}`);
  return value;
}

function weekday(name: string, text: string): number {
  const day = weekdays.indexOf(text);
  if (day < 0) throw new Fault(`${name}: ${text || "nothing"} is not one of ${weekdays.join(", ")}`);
  return day;
}

function byDayOf(text: string): Rule["byDay"][number] {
  const [, nth = "", day = ""] = /^([+-]?\d{1,2})?([A-Z]{2})$/.exec(text) ?? [];
  return { weekday: weekday("BYDAY", day || text), nth: nth === "" ? null : whole("BYDAY", nth, -53, 53) };
}

/** @example `parseRule("FREQ=WEEKLY;BYDAY=MO,TH")` */
export function parseRule(text: string): Rule | Refused {
  try {
    return read(text.replace(/^RRULE:/i, "").toUpperCase());
  } catch (error) {
    if (error instanceof Fault) return { fault: error.message };
    throw error;
  }
}

function read(text: string): Rule {
  const parts = new Map<string, string>();
  for (const part of text.split(";")) {
    const [name = "", value = ""] = part.split("=", 2);
    if (!known.includes(name)) throw new Fault(`${name || "nothing"} is not one of the parts that tasks take: ${known.join(", ")}`);
    if (parts.has(name)) throw new Fault(`${name} stands there twice`);
    parts.set(name, value);
  }
  const all = <T>(name: string, one: (text: string) => T): T[] => parts.get(name)?.split(",").map(one) ?? [];
  const freq = parts.get("FREQ");
  if (freq !== "DAILY" && freq !== "WEEKLY" && freq !== "MONTHLY" && freq !== "YEARLY") throw new Fault("FREQ has to be DAILY, WEEKLY, MONTHLY or YEARLY");
  const rule: Rule = {
    freq,
    interval: whole("INTERVAL", parts.get("INTERVAL") ?? "1", 1, 1000),
    count: parts.has("COUNT") ? whole("COUNT", parts.get("COUNT") ?? "", 1, 1000) : null,
    until: parts.get("UNTIL") ?? null,
    byDay: all("BYDAY", byDayOf),
    byMonthDay: all("BYMONTHDAY", (one) => whole("BYMONTHDAY", one, -31, 31)),
    byMonth: all("BYMONTH", (one) => whole("BYMONTH", one, 1, 12)),
    bySetPos: all("BYSETPOS", (one) => whole("BYSETPOS", one, -366, 366)),
    weekStart: weekday("WKST", parts.get("WKST") ?? "MO"),
  };
  if (rule.count !== null && rule.until !== null) throw new Fault("COUNT and UNTIL exclude each other");
  if (rule.until !== null && !/^\d{8}(T\d{6}Z?)?$/.test(rule.until)) throw new Fault("UNTIL has to be a day such as 20261231, or a time such as 20261231T235959Z");
  if (rule.until !== null && untilMs(rule.until) === null) throw new Fault(`UNTIL: there is no day ${rule.until}`);
  if (rule.byDay.some(({ nth }) => nth !== null) && freq !== "MONTHLY" && freq !== "YEARLY") throw new Fault(`BYDAY: numbers go with MONTHLY and YEARLY, not with ${freq}`);
  if (rule.byMonthDay.length > 0 && freq === "WEEKLY") throw new Fault("BYMONTHDAY does not go with WEEKLY");
  if (rule.bySetPos.length > 0 && rule.byDay.length + rule.byMonthDay.length + rule.byMonth.length === 0) throw new Fault("BYSETPOS chooses among what BYDAY, BYMONTHDAY or BYMONTH give; there is none of them");
  return rule;
}

/** UNTIL as if its clock were UTC's, ms: of a day its end; null when there is no such day. */
export function untilMs(until: string): number | null {
  const [, year, month, day, , hour = "23", minute = "59", second = "59"] = /^(\d{4})(\d{2})(\d{2})(T(\d{2})(\d{2})(\d{2}))?/.exec(until) ?? [];
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(`${year}-${month}-${day}`) ? ms : null;
}

/** The rule of the next one, when `passed` of them are over; null: that was the last. */
export function fewer(text: string, { count }: Rule, passed: number): string | null {
  if (count === null) return text;
  return count - passed <= 0 ? null : text.replace(/COUNT=\d+/i, `COUNT=${count - passed}`);
}
