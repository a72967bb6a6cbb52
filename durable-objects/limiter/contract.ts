/**
 * What isolates and the limiter of a tenant tell each other. An isolate lets requests
 * through by itself within the shares it was told, and reports what it let through.
 *
 * Meters: `tenant`, `key:<id>` and `user:<id>` (requests), `hooks` (webhook deliveries),
 * `executions` (begun this month). What is before the colon says which quota it has.
 * @module
 */
import type { Quota } from "./meter.ts";

/** How long a share may be used after it was asked for, ms. */
export const leaseMs = 1_000;

export interface Report {
  tenant: string;
  /** Names the isolate: its shares are kept free for it. */
  holder: string;
  /** Of the isolate's reports to this limiter; they may arrive in another order, or not at all. */
  number: number;
  /** What it has let through so far, by meter: as far as it was told that the limiter knows, and in all. */
  spent: Record<string, readonly [known: number, total: number]>;
  /** One more of each of these is wanted now: all or none. */
  take: string[];
  /** Meters it also wants to know of. */
  watch: string[];
}

export interface Share extends Quota {
  /** As far as the limiter has been told. */
  used: number;
  /** So many the isolate may let through before it reports again. */
  share: number;
  /** ms until there is one more; 0: there is. */
  waitMs: number;
  /** ms until nothing counts as used any more, or the month begins. */
  resetMs: number;
}

export interface Settled {
  /** What was wanted is counted as used. */
  taken: boolean;
  shares: Record<string, Share>;
  /** Starts carried out at once; null: no limit. */
  concurrent: number | null;
}

export interface LimiterObject {
  settle(report: Report): Promise<Settled>;
}

/** The meter that counts by the month. */
export const monthly = "executions";

/** Quotas of a tenant, by what is before the colon of a meter's name. */
export interface Quotas {
  byKind: Record<string, Quota>;
  concurrent: number | null;
}

/** What nobody limits is counted all the same. */
export function quotaIn({ byKind }: Quotas, meter: string): Quota {
  return byKind[meter.split(":", 1)[0] ?? ""] ?? { limit: null, per: 60_000 };
}

/** What the limiter needs of the rest of the platform; wired in worker/index.ts. */
export interface LimiterPlatform {
  quotas(tenant: string): Promise<Quotas>;
  /** What was kept of a month's counter; null: nothing. */
  load(tenant: string, period: string, metric: string): Promise<number | null>;
  save(tenant: string, period: string, metric: string, value: number): Promise<void>;
}
