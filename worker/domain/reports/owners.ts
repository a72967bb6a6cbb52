import { z } from "zod";
import type { Current, Flow } from "../../../db/report-rollups.ts";
import { namesOfUsers } from "../../../db/members.ts";
import { entities, type EntityKind } from "../../../sdk/schema/crm/index.ts";
import type { RecordContext } from "../records/context.ts";
import { countOf, currentOf, flowsOf, into, made, money } from "./flows.ts";
import { openValue } from "./pipelines.ts";
import { periodView, reportQuery, spanOf } from "./query.ts";
import { ownersIfAllowed } from "./reach.ts";
import type { Period } from "./segments.ts";

export const ownersQuery = reportQuery.omit({ interval: true });

const count = z.number().int();
const sums = z.array(z.object({ currency: z.string(), count, amount: z.number() }));

const row = z.object({
  owner_id: z.string().nullable().describe("Null: of nobody"),
  owner: z.string().nullable(),
  leads: z.object({ created: count, converted: count, now: count }),
  deals: z.object({ created: count, won: count, lost: count, won_value: sums, open_now: count, open_value: sums }),
  activities: count.describe("Calls, meetings and the like that they did"),
  tasks: z.object({ done: count, open_now: count }),
  tickets: z.object({ resolved: count, open_now: count }),
});
type Row = z.infer<typeof row>;

export const ownersReport = z.object({
  data: z.array(row).describe("A row an owner; what the reader's role does not show counts nothing"),
  totals: row.omit({ owner_id: true, owner: true }),
  period: periodView,
});
export type OwnersReport = z.infer<typeof ownersReport>;

interface Part {
  flows: readonly Flow[];
  now: readonly Current[];
}

const openStatuses: Partial<Record<EntityKind, readonly string[]>> = { deal: ["open"], task: ["open", "in_progress"], ticket: ["new", "assigned", "in_progress", "pending"] };

/** @throws PlatformError `forbidden`, `bad-request` */
export async function reportOwners({ ctx, input }: { ctx: RecordContext; input: z.output<typeof ownersQuery> }): Promise<OwnersReport> {
  const { period, view } = await spanOf(ctx, { ...input, interval: "none" });
  // Activities have no owner by whom their permission could be narrowed: they are shown to those who see all leads.
  const everybody = await ownersIfAllowed(ctx, entities.lead, input);
  const kinds = ["lead", "deal", "task", "ticket"] as const;
  const parts = Object.fromEntries(await Promise.all(kinds.map(async (kind) => [kind, await partOf(ctx, kind, period, await ownersIfAllowed(ctx, entities[kind], input))] as const))) as Record<(typeof kinds)[number], Part>;
  const readsNotes = (await ownersIfAllowed(ctx, entities.activity, {})) !== undefined;
  const activities = readsNotes && everybody !== undefined ? await flowsOf(ctx, { kind: "activity", owners: everybody }, "type", [period], "owner") : [];
  const ids = [...new Set([...Object.values(parts).flatMap(({ flows, now }) => [...flows.map(({ member }) => member), ...now.map(({ owner_id = "" }) => owner_id)]), ...activities.map(({ member }) => member)])].sort();
  const names = await namesOfUsers(ctx.env.DB, ids);
  const of = (which: (owner: string) => boolean): Omit<Row, "owner_id" | "owner"> => numbersOf(parts, activities, which);
  return {
    data: ids.map((id) => ({ owner_id: id === "" ? null : id, owner: names.get(id) ?? null, ...of((owner) => owner === id) })),
    totals: of(() => true),
    period: view,
  };
}

async function partOf(ctx: RecordContext, kind: EntityKind, period: Period, owners: string[] | null | undefined): Promise<Part> {
  if (owners === undefined) return { flows: [], now: [] };
  const [flows, now] = await Promise.all([flowsOf(ctx, { kind, owners }, "status", [period], "owner"), currentOf(ctx, { kind, owners }, kind === "deal" ? ["owner_id", "currency"] : ["owner_id"], openStatuses[kind])]);
  return { flows, now };
}

function numbersOf(parts: Record<"lead" | "deal" | "task" | "ticket", Part>, activities: readonly Flow[], which: (owner: string) => boolean): Omit<Row, "owner_id" | "owner"> {
  const its = ({ flows, now }: Part) => ({ flows: flows.filter(({ member }) => which(member)), now: now.filter(({ owner_id = "" }) => which(owner_id)) });
  const total = (now: readonly Current[]): number => now.reduce((all, one) => all + one.count, 0);
  const [leads, deals, tasks, tickets] = [its(parts.lead), its(parts.deal), its(parts.task), its(parts.ticket)];
  const created = (flows: readonly Flow[]): number => countOf(flows, ({ from }) => from === made);
  return {
    leads: { created: created(leads.flows), converted: countOf(leads.flows, into("converted")), now: total(leads.now) },
    deals: { created: created(deals.flows), won: countOf(deals.flows, into("won")), lost: countOf(deals.flows, into("lost")), won_value: money(deals.flows, into("won")), open_now: total(deals.now), open_value: openValue(merged(deals.now)) },
    activities: countOf(activities.filter(({ member }) => which(member)), ({ from }) => from === made),
    tasks: { done: countOf(tasks.flows, into("done")), open_now: total(tasks.now) },
    tickets: { resolved: countOf(tickets.flows, into("resolved", "closed")), open_now: total(tickets.now) },
  };
}

/** Owners told apart no more. */
const merged = (now: readonly Current[]): Current[] => now.map(({ currency = "", count, amount }) => ({ currency, count, amount }));
