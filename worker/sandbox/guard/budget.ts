/**
 * The budget of tenant code: counters that the woven code calls (see weave.ts).
 *
 * A count and not a clock, because time stands still during synchronous execution in
 * production. Where the clock does run (locally) it is a second limit, for single native
 * calls that take long. Where the heap can be read (locally) memory is a third.
 *
 * Invariants
 * 1. Once an account has exceeded, every further `tick` and `recheck` under it throws.
 * 2. Between two looks at clock and heap at most `stride` ticks pass, and the stride
 *    shrinks as the heap grows: one tick can at worst copy all that there is.
 * 3. `configure` works once; tenant code that reached it could change nothing.
 *
 * Tenant modules see only `tick`, `recheck`, `text` and `count`.
 * @module
 */
import { canReadHeap, heapBytes } from "./heap.ts";
import { createAccount, defaultLimits, mib, MiB } from "./limits.ts";
import type { Account, Limits } from "./limits.ts";
import { LimitExceeded } from "./limit-exceeded.ts";
import type { LimitCode } from "./limit-exceeded.ts";

export { createAccount, defaultLimits, LimitExceeded };
export type { Account, Limits };

// Taken before the runtime replaces them by their replay-stable namesakes.
const now: () => number = Date.now;
const later: (fn: () => void, ms: number) => unknown = setTimeout;

const LONGEST_STRIDE = canReadHeap ? 256 : 1024;
/** What copies of the whole heap, one a tick, may add between two looks. */
const STRIDE_BYTES = 512 * MiB;
const BIG_STRING = MiB;

let limits = defaultLimits;
let current: () => Account | null = () => null;
let configured = false;
/** Ticks left before the next look, and how many there were after the last one. */
let left = LONGEST_STRIDE;
let granted = LONGEST_STRIDE;
let stride = LONGEST_STRIDE;
let burst = 0;
let lastLook = 0;
let lastAccount: Account | null = null;
let nextHeapLook = 0;
/** Used when no turn is under way: while modules load, and for code that lost its turn. */
let idle: Account = createAccount();
let loading = true;

/**
 * Says whose turn is under way and what it may use. Once per isolate.
 * @throws Error when called again
 */
export function configure(options: { current: () => Account | null; limits?: Partial<Limits> }): void {
  if (configured) throw new Error("the budget is configured already");
  configured = true;
  current = options.current;
  limits = { ...defaultLimits, ...options.limits };
}

/** The event loop has turned for this account: other work had its chance to run. */
export function yielded(account: Account): void {
  account.sliceTicks = 0;
  account.sliceMs = 0;
  account.beating = false;
  lastAccount = null;
  if (!canReadHeap) burst = 0;
  if (account === idle) idle = createAccount();
}

/** The turn is over. Gives memory back at once that it was ended for: idle isolates do not collect. */
export function closeAccount(account: Account): void {
  if (account.exceeded?.code === "memory-limit") heapBytes(true);
}

/** Called at every function entry and loop iteration. */
export function tick(): void {
  if (--left < 0) look(false);
}

/** Called first in every `catch` and `finally`: the limit's error cannot be swallowed. */
export function recheck(): void {
  if (left <= 0) look(false);
  const account = current() ?? idle;
  if (account.exceeded) throw account.exceeded;
}

/** Passes on the value of a `+` or a template; ends strings that grow without bound. */
export function text<T>(value: T): T {
  if (typeof value === "string" && value.length > BIG_STRING) long(value.length);
  return value;
}

/** Passes on the length given to `new Array(n)` or assigned to `.length`. */
export function count<T>(value: T): T {
  if (typeof value === "number" && value > BIG_STRING) allocating(value * 4, "an array");
  return value;
}

/**
 * Accounts for memory about to be taken.
 * @throws LimitExceeded "memory-limit"
 */
export function allocating(bytes: number, what: string): void {
  if (bytes > limits.singleBytes) {
    exceed("memory-limit", `asked for ${what} of ${mib(bytes)}; one may have ${mib(limits.singleBytes)}`);
  }
  burst += bytes;
  if (burst > limits.burstBytes) look(true);
  else if (bytes > MiB) hurry();
}

/** Marks the account under way as ended and throws. */
export function exceed(code: LimitCode, message: string): never {
  const account = current() ?? idle;
  hurry();
  if (account.exceeded) throw account.exceeded;
  account.exceeded = new LimitExceeded(code, `the workflow ${message}`);
  account.onExceeded?.(account.exceeded);
  throw account.exceeded;
}

function long(length: number): void {
  if (length > limits.singleBytes / 2) {
    exceed("memory-limit", `made a string of ${length} characters; one may have ${limits.singleBytes / 2}`);
  }
  hurry();
}

/** The next tick looks, without counting ticks that were not used. */
function hurry(): void {
  granted -= left;
  left = 0;
}

function look(forced: boolean): void {
  const account = current() ?? idle;
  const used = granted - left;
  const time = now();
  account.ticks += used;
  account.sliceTicks += used;
  if (account === lastAccount) {
    // Half the limit at most: a neighbour that blocked the thread meanwhile must not end us.
    const gap = time - lastLook;
    account.sliceMs += gap < limits.sliceMs / 2 ? gap : limits.sliceMs / 2;
  }
  lastAccount = account;
  lastLook = time;
  if (loading && account !== idle) {
    loading = false;
    idle = createAccount();
  }
  // Nothing is granted before all is checked: at the edge of the stack any call below can fail.
  granted = left = 0;
  beat(account);
  if (account.exceeded) {
    hurry();
    throw account.exceeded;
  }
  if (account.sliceTicks > limits.sliceTicks) {
    exceed("cpu-limit", `made ${limits.sliceTicks} calls and loop iterations without waiting for anything; is there an endless loop?`);
  }
  if (account.ticks > limits.turnTicks) {
    exceed("cpu-limit", `made ${limits.turnTicks} calls and loop iterations in one turn; split the work into child executions`);
  }
  if (account.sliceMs > limits.sliceMs) {
    exceed("cpu-limit", `kept the processor busy for ${limits.sliceMs} ms without waiting for anything`);
  }
  if (forced || time >= nextHeapLook) watchHeap(time);
  granted = left = stride;
}

function watchHeap(time: number): void {
  if (!canReadHeap) {
    if (burst > limits.heapBytes) exceed("memory-limit", `allocated ${mib(burst)} without waiting for anything`);
    return;
  }
  let bytes = heapBytes(false);
  if (bytes > limits.heapBytes) bytes = heapBytes(true);
  burst = 0;
  const after = now();
  lastLook = after;
  // At most a fifth of the time goes into looking.
  const cost = 4 * (after - time);
  nextHeapLook = after + (cost > 10 ? cost : 10);
  stride = strideFor(bytes);
  if (bytes > limits.heapBytes) {
    exceed("memory-limit", `and its siblings of the same bundle hold ${mib(bytes)} of memory; together they may have ${mib(limits.heapBytes)}`);
  }
}

/** Learns of the event loop's next turn. While modules load there are no timers, nor turns. */
function beat(account: Account): void {
  if (account.beating) return;
  account.beating = true;
  try {
    later(() => yielded(account), 0);
  } catch {
    // Global scope: this slice lasts until the module is loaded.
  }
}

function strideFor(bytes: number): number {
  const ticks = (STRIDE_BYTES / bytes) | 0;
  return ticks > LONGEST_STRIDE ? LONGEST_STRIDE : ticks < 1 ? 1 : ticks;
}
