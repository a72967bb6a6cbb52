import { z } from "zod";
import type { Flow } from "../../../db/report-rollups.ts";
import { entities } from "../../../sdk/schema/crm/index.ts";
import type { RecordContext } from "../records/context.ts";
import { byPeriod, countOf, currentOf, flowsOf, gone, into, made, meanSeconds, rate, restored, type Selected } from "./flows.ts";
import { type channelQuery, periodView, spanOf, viewOf } from "./query.ts";
import { ownersOf } from "./reach.ts";

const count = z.number().int();
const seconds = z.number().int().nullable();
const share = z.number().nullable();

const numbers = {
  created: count,
  contacted: count.describe("Came into the status in the period"),
  qualified: count,
  unqualified: count,
  lost: count,
  converted: count,
  deleted: count,
  restored: count,
  conversion_rate: share.describe("Converted, of those created in the period; null: none was created"),
  success_rate: share.describe("Converted, of those that were converted, lost or unqualified"),
  mean_seconds_to_conversion: seconds.describe("Since the lead was made"),
};
const row = z.object({ from: z.string(), to: z.string(), ...numbers });

export const leadsReport = z.object({
  data: z.array(row).describe("A row an interval"),
  totals: z.object({
    ...numbers,
    now: count.describe("Leads there are now"),
    by_status: z.array(z.object({ status: z.string(), now: count, mean_seconds: seconds.describe("How long leads had been in it that left it in the period"), left: count })),
    by_source: z.array(z.object({ source: z.string(), now: count, created: count, qualified: count, converted: count, lost: count, conversion_rate: share })),
  }),
  period: periodView,
});
export type LeadsReport = z.infer<typeof leadsReport>;

/** @throws PlatformError `forbidden`, `bad-request` */
export async function reportLeads({ ctx, input }: { ctx: RecordContext; input: z.output<typeof channelQuery> }): Promise<LeadsReport> {
  const selected: Selected = { kind: "lead", owners: await ownersOf(ctx, entities.lead, input), source: input.source };
  const { period, intervals, view } = await spanOf(ctx, input);
  const [flows, conversions, sources, current] = await Promise.all([flowsOf(ctx, selected, "status", intervals), flowsOf(ctx, selected, "converted_at", intervals), flowsOf(ctx, selected, "status", [period], "source"), currentOf(ctx, selected, ["status", "source"])]);
  const nowIn = (which: (one: { status?: string; source?: string }) => boolean) => current.filter(which).reduce((total, one) => total + one.count, 0);
  const conversionsOf = byPeriod(conversions, intervals);
  return {
    data: byPeriod(flows, intervals).map((one, index) => ({ ...viewOf(one.period), ...numbersOf(one.flows, conversionsOf[index]?.flows ?? []) })),
    totals: {
      ...numbersOf(flows, conversions),
      now: nowIn(() => true),
      by_status: (entities.lead.fields.status.options ?? []).map((status) => ({ status, now: nowIn((one) => one.status === status), mean_seconds: meanSeconds(flows, leaving(status)), left: countOf(flows, leaving(status)) })),
      by_source: sourcesIn(sources, current).map((source) => {
        const its = sources.filter((flow) => flow.source === source);
        const { created, qualified, converted, lost, conversion_rate } = numbersOf(its, []);
        return { source, now: nowIn((one) => one.source === source), created, qualified, converted, lost, conversion_rate };
      }),
    },
    period: view,
  };
}

const leaving = (status: string) => (flow: Flow) => flow.from === status && flow.to !== gone;

const sourcesIn = (flows: readonly Flow[], current: readonly { source?: string }[]): string[] => [...new Set([...flows.map(({ source }) => source), ...current.map(({ source }) => source ?? "")])].sort();

export function numbersOf(flows: readonly Flow[], conversions: readonly Flow[]) {
  const [created, converted, lost, unqualified] = [countOf(flows, ({ from }) => from === made), ...["converted", "lost", "unqualified"].map((status) => countOf(flows, into(status)))] as [number, number, number, number];
  return {
    created,
    contacted: countOf(flows, into("contacted")),
    qualified: countOf(flows, into("qualified")),
    unqualified,
    lost,
    converted,
    deleted: countOf(flows, ({ to }) => to === gone),
    restored: countOf(flows, ({ from }) => from === restored),
    conversion_rate: rate(converted, created),
    success_rate: rate(converted, converted + lost + unqualified),
    mean_seconds_to_conversion: meanSeconds(conversions),
  };
}
