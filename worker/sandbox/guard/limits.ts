/**
 * What a turn of tenant code has used, and what it may use.
 * @module
 */
import type { LimitExceeded } from "./limit-exceeded.ts";

/** What one turn of one execution has used. */
export interface Account {
  /** Calls and loop iterations so far. */
  ticks: number;
  /** Of these, since the event loop last turned. */
  sliceTicks: number;
  /** Busy ms since the event loop last turned; stays 0 where the clock stands still. */
  sliceMs: number;
  exceeded: LimitExceeded | null;
  /** A timer is under way that will call `yielded`. */
  beating: boolean;
  /** Called once, at the moment the account exceeds: the turn can end though code hangs. */
  readonly onExceeded: ((error: LimitExceeded) => void) | null;
}

export interface Limits {
  /** Ticks without giving way to the event loop. */
  sliceTicks: number;
  /** Ticks of a whole turn. */
  turnTicks: number;
  /** Busy ms without giving way to the event loop. */
  sliceMs: number;
  /** Bytes that the isolate may hold. */
  heapBytes: number;
  /** Bytes of one string or one buffer. */
  singleBytes: number;
  /** Bytes asked for between two looks at the heap. */
  burstBytes: number;
}

export const MiB: number = 1024 * 1024;

/**
 * Measured in workerd on a 2-core machine: a tick costs 1.5 to 3.5 ns, so an endless empty
 * loop ends after 2 to 4 s; loops that do something, and loops of awaits, end by the clock.
 */
export const defaultLimits: Limits = {
  sliceTicks: 1_000_000_000,
  turnTicks: 10_000_000_000,
  sliceMs: 5_000,
  heapBytes: 256 * MiB,
  singleBytes: 64 * MiB,
  burstBytes: 128 * MiB,
};

export function createAccount(onExceeded: ((error: LimitExceeded) => void) | null = null): Account {
  return { ticks: 0, sliceTicks: 0, sliceMs: 0, exceeded: null, beating: false, onExceeded };
}

/** For messages. */
export function mib(bytes: number): string {
  return `${(bytes / MiB) | 0} MiB`;
}
