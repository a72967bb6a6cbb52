/**
 * What this isolate knows of its tenants' limits: one for all requests that it serves.
 * @module
 */
import { errorMessage } from "../../../db/error-message.ts";
import type { LimiterObject, Report, Settled } from "../../../durable-objects/limiter/contract.ts";
import type { Env } from "../../env.ts";
import { Gate } from "./gate.ts";
import { Leases } from "./leases.ts";

export interface Usage {
  leases: Leases;
  /** Starts that are carried out at once, by tenant. */
  starts: Gate;
  /** Requests that are carried out at once, by credential. */
  requests: Gate;
  /** Turns of executions that are under way at once, by tenant. */
  turns: Gate;
}

export interface UsageOptions {
  ask: (report: Report) => Promise<Settled>;
  /** As in {@link Leases}. */
  lingerMs?: number;
}

/** While the limiter has not said what the plan is. */
const unknownStarts = 8;

/** Starts of a tenant that are carried out at once. */
export function startsAtOnce({ leases }: Usage, tenant: string): number {
  const said = leases.concurrent(tenant);
  return said === undefined ? unknownStarts : (said ?? Number.POSITIVE_INFINITY);
}

const now = () => Date.now();

export function newUsage({ ask, lingerMs }: UsageOptions): Usage {
  const timer = (ms: number, callback: () => void) => {
    const id = setTimeout(callback, ms);
    return () => clearTimeout(id);
  };
  const warn = (tenant: string, error: unknown) =>
    console.warn(JSON.stringify({ level: "warn", event: "limiter.unreachable", tenant, message: errorMessage(error), consequence: "requests are let through uncounted for some seconds" }));
  const gate = () => new Gate({ now, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) });
  return { leases: new Leases({ ask, now, timer, warn }, lingerMs), starts: gate(), requests: gate(), turns: gate() };
}

/** The limiter of a report's tenant. */
export function askLimiter(env: Pick<Env, "LIMITER">): UsageOptions["ask"] {
  const limiters = env.LIMITER as unknown as { getByName(name: string): LimiterObject };
  return (report) => limiters.getByName(report.tenant).settle(report);
}

/** By the binding: isolates of tests have several. */
const known = new WeakMap<object, Usage>();

export function usageOf(env: Pick<Env, "LIMITER">): Usage {
  const there = known.get(env.LIMITER);
  if (there) return there;
  const made = newUsage({ ask: askLimiter(env) });
  known.set(env.LIMITER, made);
  return made;
}
