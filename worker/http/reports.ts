/**
 * Reports: numbers of a period, as JSON or, with `format=csv`, the rows of `data` as a file.
 * @module
 */
import { z } from "zod";
import type { Permission } from "../auth/permissions.ts";
import type { TenantContext } from "../domain/context.ts";
import { recordContext } from "../domain/records/context.ts";
import { automationsQuery, automationsReport, reportAutomations, savingsBody, savingsView, setSavings } from "../domain/reports/automations.ts";
import { csvFile } from "../domain/reports/csv.ts";
import { leadsReport, reportLeads } from "../domain/reports/leads.ts";
import { overviewReport, reportOverview } from "../domain/reports/overview.ts";
import { ownersQuery, ownersReport, reportOwners } from "../domain/reports/owners.ts";
import { pipelinesQuery, pipelinesReport, reportPipelines } from "../domain/reports/pipelines.ts";
import { channelQuery, reportQuery } from "../domain/reports/query.ts";
import { rebuildReports, rebuildView } from "../domain/reports/rebuild.ts";
import { reportTickets, ticketsQuery, ticketsReport } from "../domain/reports/tickets.ts";
import { reply, type Route, sendFile, tenantRoute } from "./route.ts";

interface Report {
  data: object[];
}

function report<Q extends z.ZodType<{ format: "json" | "csv" }>, R extends z.ZodType<Report>>(name: string, summary: string, besides: readonly Permission[], query: Q, of: R, make: (ctx: TenantContext, input: z.output<Q>) => Promise<z.output<R>>): Route {
  const operation = `report${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
  return tenantRoute({ method: "get", path: `/reports/${name}`, operation, tag: "reports", summary, permission: "reports.read", ...(besides.length > 0 ? { besides } : {}), query, responses: { 200: { file: ["text/csv"], json: of as z.ZodType<Report, Report> } } }, async ({ ctx, query }) => {
    const made = await make(ctx, query);
    return query.format === "csv" ? sendFile(csvFile(name, made.data)) : reply(200, made);
  });
}

export const reportRoutes: readonly Route[] = [
  report("overview", "What a dashboard begins with", [], reportQuery, overviewReport, (ctx, input) => reportOverview({ ctx, input })),
  report("leads", "Leads: made, qualified, lost, converted; by status and source", ["leads.read"], channelQuery, leadsReport, (ctx, input) => reportLeads({ ctx: recordContext(ctx), input })),
  report("pipelines", "Deals: by stage, how many go on and how fast, what they are worth", ["deals.read", "pipelines.read"], pipelinesQuery, pipelinesReport, (ctx, input) => reportPipelines({ ctx: recordContext(ctx), input })),
  report("tickets", "Tickets: made, resolved, open; how fast, and within their service level", ["tickets.read"], ticketsQuery, ticketsReport, (ctx, input) => reportTickets({ ctx: recordContext(ctx), input })),
  report("owners", "Who has done what", [], ownersQuery, ownersReport, (ctx, input) => reportOwners({ ctx: recordContext(ctx), input })),
  report("automations", "Executions: begun, completed, failed; what they saved", [], automationsQuery, automationsReport, (ctx, input) => reportAutomations({ ctx, input })),
  tenantRoute(
    { method: "put", path: "/reports/automations/workflows/:id", operation: "setMinutesSaved", tag: "reports", summary: "Say what a completed execution of a workflow saves", permission: "workflows.write", params: z.object({ id: z.string().max(100) }), body: savingsBody, responses: { 200: savingsView } },
    async ({ ctx, params, body }) => reply(200, await setSavings({ ctx, input: { ...params, ...body } })),
  ),
  tenantRoute({ method: "post", path: "/reports/rebuild", operation: "rebuildReports", tag: "reports", summary: "Count everything anew from history, and put right what differs", permission: "tenant.write", responses: { 200: rebuildView } }, async ({ ctx }) => reply(200, await rebuildReports({ ctx }))),
];
