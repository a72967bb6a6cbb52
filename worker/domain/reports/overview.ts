import { z } from "zod";
import { entities } from "../../../sdk/schema/crm/index.ts";
import type { TenantContext } from "../context.ts";
import { recordContext } from "../records/context.ts";
import { reportAutomations } from "./automations.ts";
import { leadsReport, reportLeads } from "./leads.ts";
import { outcomeOf, pipelinesReport } from "./pipelines.ts";
import { currentOf, flowsOf, type Selected } from "./flows.ts";
import { periodView, type reportQuery, spanOf, viewOf } from "./query.ts";
import { ownersIfAllowed } from "./reach.ts";
import { reportTickets, ticketsReport } from "./tickets.ts";

const numbers = z.record(z.string(), z.union([z.number(), z.null()]));
const leads = leadsReport.shape.totals.omit({ by_status: true, by_source: true });
const deals = pipelinesReport.shape.totals.omit({ conversions: true, forecast: true });
const tickets = ticketsReport.shape.totals.omit({ open_by_priority: true, by_status: true });

export const overviewReport = z.object({
  data: z.array(z.object({ from: z.string(), to: z.string(), leads: numbers.optional(), tickets: numbers.optional() })).describe("A row an interval"),
  totals: z
    .object({
      leads: leads.optional(),
      deals: deals.optional(),
      tickets: tickets.optional(),
      tasks: z.object({ open_now: z.number().int() }).optional(),
      automations: z.object({ started: z.number().int(), completed: z.number().int(), failed: z.number().int(), minutes_saved: z.number().int() }),
    })
    .describe("Without what the reader's role does not show"),
  period: periodView,
});
export type OverviewReport = z.infer<typeof overviewReport>;

type Query = z.output<typeof reportQuery>;

/** What a dashboard begins with. @throws PlatformError `bad-request` */
export async function reportOverview({ ctx: caller, input }: { ctx: TenantContext; input: Query }): Promise<OverviewReport> {
  const ctx = recordContext(caller);
  const { intervals, period, view } = await spanOf(ctx, input);
  const reach = { lead: await ownersIfAllowed(ctx, entities.lead, input), deal: await ownersIfAllowed(ctx, entities.deal, input), ticket: await ownersIfAllowed(ctx, entities.ticket, input), task: await ownersIfAllowed(ctx, entities.task, input) };
  const [ofLeads, ofDeals, ofTickets, ofTasks, runs] = await Promise.all([
    reach.lead === undefined ? undefined : reportLeads({ ctx, input }),
    reach.deal === undefined ? undefined : dealsOf({ kind: "deal", owners: reach.deal }),
    reach.ticket === undefined ? undefined : reportTickets({ ctx, input }),
    reach.task === undefined ? undefined : currentOf(ctx, { kind: "task", owners: reach.task }, [], ["open", "in_progress"]),
    reportAutomations({ ctx: caller, input: { ...input, interval: "none" } }),
  ]);
  async function dealsOf(selected: Selected) {
    const [flows, open] = await Promise.all([flowsOf(ctx, selected, "status", [period]), currentOf(ctx, selected, ["currency"], ["open"])]);
    return outcomeOf(flows, open);
  }
  return {
    data: intervals.map((one, index) => ({ ...viewOf(one), ...partOf("leads", ofLeads?.data[index], ["created", "qualified", "converted", "lost"]), ...partOf("tickets", ofTickets?.data[index], ["created", "resolved", "backlog"]) })),
    totals: {
      ...(ofLeads ? { leads: leads.parse(ofLeads.totals) } : {}),
      ...(ofDeals ? { deals: ofDeals } : {}),
      ...(ofTickets ? { tickets: tickets.parse(ofTickets.totals) } : {}),
      ...(ofTasks ? { tasks: { open_now: ofTasks[0]?.count ?? 0 } } : {}),
      automations: { started: runs.totals.started, completed: runs.totals.completed, failed: runs.totals.failed, minutes_saved: runs.totals.minutes_saved },
    },
    period: view,
  };
}

function partOf(name: "leads" | "tickets", row: Record<string, unknown> | undefined, names: readonly string[]): object {
  return row === undefined ? {} : { [name]: Object.fromEntries(names.map((one) => [one, row[one]])) };
}
