/**
 * What a report is asked for, and the periods that come of it.
 * @module
 */
import { z } from "zod";
import { isZone } from "../../../durable-objects/scheduler/zone.ts";
import { findTenant } from "../../../db/tenants.ts";
import { schemas } from "../../../sdk/schema/crm/fields.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { RecordContext } from "../records/context.ts";
import { settingsOf } from "../tenants/settings.ts";
import { dayAt, dayOf, intervalsOf, startOf } from "./calendar.ts";
import { dayMs, type Period, quarterMs } from "./segments.ts";

const when = z.union([schemas.date, z.iso.datetime({ offset: true })], "a day such as 2026-11-21, or a time such as 2026-11-21T10:00:00Z");
const id = z.string().min(1).max(64);

export const periodQuery = z.object({
  from: when.optional().describe("A day of the time zone, or a time; 30 days before the end if left out"),
  to: when.optional().describe("A day, which is the last one, or a time, which is not part of it; today if left out"),
  timezone: z.string().max(64).refine(isZone, "an IANA name such as America/Sao_Paulo").optional().describe("Of days, weeks and months; the tenant's if left out"),
  interval: z.enum(["day", "week", "month", "none"]).default("none").describe("A row for each day, week (from Monday) or month of the period"),
  format: z.enum(["json", "csv"]).default("json").describe("`csv`: the rows of `data` as a file"),
});

export const reportQuery = periodQuery.extend({
  owner_id: id.optional().describe("Only of this owner; `@me`: one's own"),
  team_id: id.optional().describe("Only of owners who are in this team"),
});
export const channelQuery = reportQuery.extend({ source: z.string().min(1).max(40).optional().describe("Only from this source, or channel") });

export type PeriodQuery = z.output<typeof periodQuery>;

export const periodView = z.object({ from: z.string(), to: z.string().describe("Not part of it"), timezone: z.string(), interval: z.enum(["day", "week", "month", "none"]) });

export interface Span {
  period: Period;
  intervals: Period[];
  timezone: string;
  view: z.infer<typeof periodView>;
}

const earliest = Date.UTC(2000, 0, 1);
const latest = Date.UTC(2100, 0, 1);
const mostIntervals = 400;

const refused = (name: string, detail: string) => new PlatformError("bad-request", `/query/${name}: ${detail}`, [{ pointer: `/query/${name}`, detail }]);
const down = (ms: number): number => ms - (((ms % quarterMs) + quarterMs) % quarterMs);

/** @throws PlatformError `bad-request` */
export async function spanOf({ env, tenant, now }: Pick<RecordContext, "env" | "tenant" | "now">, query: PeriodQuery): Promise<Span> {
  const timezone = query.timezone ?? (await zoneOf(env.DB, tenant));
  const isDay = (text: string): boolean => text.length === 10;
  const lastDay = query.to === undefined ? dayAt(timezone, now) : isDay(query.to) ? dayOf(query.to) : null;
  const to = lastDay === null ? down(Date.parse(query.to ?? "")) : startOf(timezone, lastDay + dayMs);
  const firstDay = query.from === undefined ? dayAt(timezone, to - 1) - 29 * dayMs : isDay(query.from) ? dayOf(query.from) : null;
  const from = firstDay === null ? down(Date.parse(query.from ?? "")) : startOf(timezone, firstDay);
  if (from < earliest || from > latest) throw refused("from", "from 2000 to 2099");
  if (to > latest) throw refused("to", "before 2100");
  if (from >= to) throw refused("to", "after from");
  const length = { day: dayMs, week: 7 * dayMs, month: 28 * dayMs, none: Number.POSITIVE_INFINITY }[query.interval];
  if ((to - from) / length > mostIntervals) throw refused("interval", `a period of at most ${mostIntervals} of them, or a longer interval`);
  const intervals = intervalsOf(timezone, { from, to }, query.interval);
  return { period: { from, to }, intervals, timezone, view: { ...viewOf({ from, to }), timezone, interval: query.interval } };
}

export const viewOf = ({ from, to }: Period): { from: string; to: string } => ({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });

async function zoneOf(d1: D1Database, tenant: string): Promise<string> {
  const row = await findTenant(d1, tenant);
  return row ? settingsOf(row).timezone : "UTC";
}
