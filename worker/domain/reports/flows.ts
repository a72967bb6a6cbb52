/**
 * What happened to records of a kind in a period, from the roll-ups.
 * @module
 */
import { type Current, type CurrentColumn, type Flow, readCurrent, readFlows } from "../../../db/report-rollups.ts";
import type { EntityKind } from "../../../sdk/schema/crm/index.ts";
import type { RecordContext } from "../records/context.ts";
import { type Period, segmentsOf } from "./segments.ts";

/** Which records. */
export interface Selected {
  kind: EntityKind;
  /** Null: everybody's. */
  owners: readonly string[] | null;
  source?: string | undefined;
  group?: string | undefined;
}

/** @param apart tells sources, or owners, apart; else there are rows of neither */
export function flowsOf({ env, tenant }: Pick<RecordContext, "env" | "tenant">, { kind, owners, source = undefined, group }: Selected, field: string, periods: readonly Period[], apart?: "source" | "owner"): Promise<Flow[]> {
  const buckets = segmentsOf(periods);
  if (buckets.length === 0) return Promise.resolve([]);
  const byOwner = owners !== null || apart === "owner";
  const bySource = source !== undefined || apart === "source";
  const [view, members] = byOwner ? (["owner", owners] as const) : bySource ? (["source", source === undefined ? null : [source]] as const) : (["all", [""]] as const);
  return readFlows(env.DB, tenant, { kind, field, view, members, source: byOwner ? (source ?? null) : null, group: group ?? null, apart: apart !== undefined, buckets });
}

export function currentOf({ env, tenant }: Pick<RecordContext, "env" | "tenant">, { kind, owners, source }: Selected, by: readonly CurrentColumn[], statuses?: readonly string[]): Promise<Current[]> {
  return readCurrent(env.DB, tenant, { kind, by, owners, source: source ?? null, statuses: statuses ?? null });
}

/** From when it was not there. */
export const made = "";
export const restored = "~";
/** To when it is there no more. */
export const gone = "";

export type Which = (flow: Flow) => boolean;

/** How often, how long, how much: of those that fit. */
export const countOf = (flows: readonly Flow[], which: Which = () => true): number => sum(flows, which, ({ count }) => count);
export const amountOf = (flows: readonly Flow[], which: Which): number => sum(flows, which, ({ amount }) => amount);
/** Seconds; null when there is none. */
export function meanSeconds(flows: readonly Flow[], which: Which = () => true): number | null {
  const timed = sum(flows, which, ({ timed }) => timed);
  return timed === 0 ? null : Math.round(sum(flows, which, ({ duration }) => duration) / timed / 1000);
}

function sum(flows: readonly Flow[], which: Which, of: (flow: Flow) => number): number {
  let total = 0;
  for (const flow of flows) if (which(flow)) total += of(flow);
  return total;
}

/** To four places; null for a part of nothing. */
export const rate = (part: number, whole: number): number | null => (whole === 0 ? null : Math.round((part / whole) * 10_000) / 10_000);

/** Those that came into a value, not by being restored in it. */
export const into =
  (...values: readonly string[]): Which =>
  ({ from, to }) =>
    from !== restored && values.includes(to) && !values.includes(from);

/** Amounts by currency: those of two currencies are never added. */
export function money(flows: readonly Flow[], which: Which): { currency: string; count: number; amount: number }[] {
  const found = new Map<string, { currency: string; count: number; amount: number }>();
  for (const flow of flows.filter(which)) {
    const known = found.get(flow.currency) ?? { currency: flow.currency, count: 0, amount: 0 };
    found.set(flow.currency, { ...known, count: known.count + flow.count, amount: known.amount + flow.amount });
  }
  return [...found.values()].sort((one, other) => (one.currency < other.currency ? -1 : 1));
}

/** Each interval with its flows. */
export function byPeriod(flows: readonly Flow[], periods: readonly Period[]): { period: Period; flows: Flow[] }[] {
  const grouped = Map.groupBy(flows, ({ period }) => period);
  return periods.map((period, index) => ({ period, flows: grouped.get(index) ?? [] }));
}
