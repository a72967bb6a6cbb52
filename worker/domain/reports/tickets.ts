import { z } from "zod";
import type { Flow } from "../../../db/report-rollups.ts";
import { entities } from "../../../sdk/schema/crm/index.ts";
import type { RecordContext } from "../records/context.ts";
import { byPeriod, countOf, currentOf, flowsOf, into, made, meanSeconds, rate, type Selected, type Which } from "./flows.ts";
import { channelQuery, periodView, spanOf, viewOf } from "./query.ts";
import { ownersOf } from "./reach.ts";
import { dayMs, type Period, quarterMs } from "./segments.ts";

export const ticketsQuery = channelQuery.extend({ priority: z.enum(["low", "normal", "high", "critical"]).optional().describe("Only of this priority, as it was when something happened") });

const count = z.number().int();
const seconds = z.number().int().nullable();
const kept = z.object({ met: count, late: count, rate: z.number().nullable().describe("Met, of those that had a time") });

const numbers = {
  created: count,
  resolved: count.describe("Became resolved or closed; one that is opened again and resolved again counts twice"),
  reopened: count,
  mean_seconds_to_first_response: seconds.describe("Since the ticket was made"),
  mean_seconds_to_resolution: seconds.describe("Since the ticket was made"),
  first_response: kept,
  resolution: kept,
  breached: count.describe("Became late by their service level"),
  satisfaction: z.number().nullable().describe("Mean of what customers said in the period, 1 to 5"),
  ratings: count,
};

export const ticketsReport = z.object({
  data: z.array(z.object({ from: z.string(), to: z.string(), ...numbers, backlog: count.describe("Open at the end") })).describe("A row an interval"),
  totals: z.object({
    ...numbers,
    backlog: count.describe("Open at the end of the period"),
    open_now: count,
    open_by_priority: z.array(z.object({ priority: z.string(), now: count })),
    by_status: z.array(z.object({ status: z.string(), now: count })),
  }),
  period: periodView,
});
export type TicketsReport = z.infer<typeof ticketsReport>;

const done: readonly string[] = ["resolved", "closed"];
const isOpen = (value: string): boolean => (entities.ticket.fields.status.options ?? []).includes(value) && !done.includes(value);
const opened: Which = ({ from, to }) => isOpen(to) && !isOpen(from);
const ended: Which = ({ from, to }) => isOpen(from) && !isOpen(to);
const change = (flows: readonly Flow[]): number => countOf(flows, opened) - countOf(flows, ended);

/** @throws PlatformError `forbidden`, `bad-request` */
export async function reportTickets({ ctx, input }: { ctx: RecordContext; input: z.output<typeof ticketsQuery> }): Promise<TicketsReport> {
  const selected: Selected = { kind: "ticket", owners: await ownersOf(ctx, entities.ticket, input), source: input.source, group: input.priority };
  const { intervals, view } = await spanOf(ctx, input);
  // A priority or an owner that changes is no transition: of some tickets alone the backlog is counted by how they were then.
  const [history, current] = await Promise.all([historyOf(ctx, selected, intervals), currentOf(ctx, selected, ["status", "group_id"])]);
  const mine = current.filter(({ group_id }) => input.priority === undefined || group_id === input.priority);
  const total = (which: (one: { status?: string; group_id?: string }) => boolean) => mine.filter(which).reduce((all, one) => all + one.count, 0);
  const openNow = total(({ status = "" }) => isOpen(status));
  // Backwards from how it is now.
  let backlog = openNow - change(await sinceThen(ctx, selected, intervals));
  const totals = { ...numbersOf(history.map(({ flows }) => flows).reduce(merged, none)), backlog };
  const data = history.toReversed().map(({ period, flows }) => {
    const row = { ...viewOf(period), ...numbersOf(flows), backlog };
    backlog -= change(flows.status);
    return row;
  });
  const priorities = entities.ticket.fields.priority.options ?? [];
  return {
    data: data.toReversed(),
    totals: {
      ...totals,
      open_now: openNow,
      open_by_priority: priorities.map((priority) => ({ priority, now: total(({ status = "", group_id }) => isOpen(status) && group_id === priority) })),
      by_status: (entities.ticket.fields.status.options ?? []).map((status) => ({ status, now: total((one) => one.status === status) })),
    },
    period: view,
  };
}

const fields = ["status", "first_responded_at", "resolved_at", "sla_breached_at", "satisfaction"] as const;
type Flows = Record<(typeof fields)[number], readonly Flow[]>;
const none: Flows = { status: [], first_responded_at: [], resolved_at: [], sla_breached_at: [], satisfaction: [] };
const merged = (one: Flows, other: Flows): Flows => Object.fromEntries(fields.map((field) => [field, [...one[field], ...other[field]]])) as unknown as Flows;

async function historyOf(ctx: RecordContext, selected: Selected, intervals: readonly Period[]): Promise<{ period: Period; flows: Flows }[]> {
  const all = await Promise.all(fields.map(async (field) => byPeriod(await flowsOf(ctx, selected, field, intervals), intervals)));
  return intervals.map((period, index) => ({ period, flows: Object.fromEntries(fields.map((field, place) => [field, all[place]?.[index]?.flows ?? []])) as unknown as Flows }));
}

/** What has happened after the last interval. */
function sinceThen(ctx: RecordContext, selected: Selected, intervals: readonly Period[]): Promise<Flow[]> {
  const from = intervals.at(-1)?.to ?? 0;
  // A day more: clocks of machines differ.
  const to = Math.ceil((ctx.now + dayMs) / quarterMs) * quarterMs;
  return from < to ? flowsOf(ctx, selected, "status", [{ from, to }]) : Promise.resolve([]);
}

function keptOf(flows: readonly Flow[]): z.infer<typeof kept> {
  const [met, late] = ["met", "late"].map((value) => countOf(flows, ({ to }) => to === value)) as [number, number];
  return { met, late, rate: rate(met, met + late) };
}

function numbersOf(flows: Flows) {
  const ratings = countOf(flows.satisfaction);
  const stars = flows.satisfaction.reduce((all, { to, count }) => all + Number(to) * count, 0);
  return {
    created: countOf(flows.status, ({ from }) => from === made),
    resolved: countOf(flows.status, into(...done)),
    reopened: countOf(flows.status, ({ from, to }) => done.includes(from) && isOpen(to)),
    mean_seconds_to_first_response: meanSeconds(flows.first_responded_at),
    mean_seconds_to_resolution: meanSeconds(flows.resolved_at),
    first_response: keptOf(flows.first_responded_at),
    resolution: keptOf(flows.resolved_at),
    breached: countOf(flows.sla_breached_at),
    satisfaction: ratings === 0 ? null : Math.round((stars / ratings) * 100) / 100,
    ratings,
  };
}
