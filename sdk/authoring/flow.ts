/**
 * Flow control, as authors write it.
 * @module
 */
import type { FlowManifest } from "../schema/flow.ts";
import { type Duration, durationMs } from "./duration.ts";

/** Each `key` is a path into the input, such as `"customer_id"`: every value of it counts for itself. */
export interface FlowOptions {
  /** At most so many executions that have not ended, asleep or waiting ones among them. More wait their turn. */
  concurrency?: { limit: number; key?: string };
  /** At most so many starts in any period. More are refused (`flow-rate-limited`). */
  rateLimit?: { limit: number; period: Duration; key?: string };
  /** So many starts per period, evenly spread, of which `burst` (default 1) may come at once. More wait their turn. */
  throttle?: { limit: number; period: Duration; burst?: number; key?: string };
  /** Starts when nothing has come for `period`, or `timeout` after the first, with the last input. */
  debounce?: { period: Duration; timeout?: Duration; key?: string };
  /** Collects inputs into one execution, whose input is `{ items: [...] }`: when there are `size` of them, or `timeout` after the first. */
  batch?: { size: number; timeout: Duration; key?: string };
  /** Of those that wait, higher ones begin first: a number, or a path to one in the input. Default 0. */
  priority?: number | string;
  /** One at a time: another start is refused (`skip`), or ends the one before (`cancel`). */
  singleton?: { key?: string; mode: "skip" | "cancel" };
}

/** @throws TypeError for what is no duration */
export function flowOf({ concurrency, rateLimit, throttle, debounce, batch, priority, singleton }: FlowOptions): FlowManifest {
  return {
    ...(concurrency ? { concurrency } : {}),
    ...(rateLimit ? { rate_limit: timed(rateLimit) } : {}),
    ...(throttle ? { throttle: { burst: 1, ...timed(throttle) } } : {}),
    ...(debounce ? { debounce: debounceOf(debounce) } : {}),
    ...(batch ? { batch: { size: batch.size, timeout_ms: durationMs(batch.timeout), ...(batch.key === undefined ? {} : { key: batch.key }) } } : {}),
    ...(priority === undefined ? {} : { priority }),
    ...(singleton ? { singleton } : {}),
  };
}

function debounceOf({ timeout, ...rest }: NonNullable<FlowOptions["debounce"]>): NonNullable<FlowManifest["debounce"]> {
  return { ...timed(rest), ...(timeout === undefined ? {} : { timeout_ms: durationMs(timeout) }) };
}

function timed<T extends { period: Duration }>({ period, ...rest }: T): Omit<T, "period"> & { period_ms: number } {
  return { ...rest, period_ms: durationMs(period) };
}
