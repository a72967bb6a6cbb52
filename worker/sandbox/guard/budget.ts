/**
 * The budget of tenant code: counters that the woven code calls (see weave.ts).
 *
 * A count and not a clock, because time stands still during synchronous execution in
 * production. Where the clock does run (locally) it is a second limit, for single native
 * calls that take long. Where the heap can be read (locally) memory is a third.
 *
 * Invariants
 * 1. Once an account has exceeded, every further `tick` and `recheck` under it throws.
 * 2. Between two looks at clock and heap at most `stride` ticks pass. The stride shrinks as
 *    the heap grows (one tick can at worst copy all that there is), after a large allocation,
 *    and while single ticks take long.
 * 3. `configure` works once; tenant code that reached it could change nothing.
 *
 * Tenant modules see `tick`, `recheck` and what ./values.ts says of values.
 * @module
 */
import { canReadHeap, type Heap, readHeap } from "./heap.ts";
import { Account, defaultLimits, ledger, mib, MiB } from "./limits.ts";
import type { Limits } from "./limits.ts";
import { LimitExceeded } from "./limit-exceeded.ts";
import type { LimitCode } from "./limit-exceeded.ts";

export { defaultLimits, LimitExceeded };
export type { Account, Limits };

// Taken before the runtime replaces them by their replay-stable namesakes, and tenants by others.
const { min } = Math;
const now: () => number = Date.now;
const later: (fn: () => void, ms: number) => unknown = setTimeout;

const LONGEST_STRIDE = canReadHeap ? 256 : 1024;
/** While single ticks may be slow or large. */
const WARY_STRIDE = 8;
/** Two looks this far apart, ms: what runs takes long between its ticks. */
const SLOW = 20;
/** What copies of the whole heap, one a tick, may add between two looks. */
const COPIES = 512 * MiB;
/** The same for large objects, which a call can take apart into many times as much. */
const LARGE_COPIES = 128 * MiB;
/** Share of a turn that is left for what goes on after it (`ctx.waitUntil`). */
const SHARE_AFTER = 0.01;
/** Share of the time that code of no turn may take. */
const IDLE_SHARE = 0.01;

export let limits: Limits = defaultLimits;
let current: () => Account | null = () => null;
let configured = false;
/** Ticks left before the next look, and how many there were after the last one. */
let left = LONGEST_STRIDE;
let granted = LONGEST_STRIDE;
let stride = LONGEST_STRIDE;
/** Something large was made since the heap was last looked at. */
let large = false;
let burst = 0;
let lastLook = 0;
let lastAccount: Account | null = null;
let nextHeapLook = 0;
let nextCollection = 0;
/** Used when no turn is under way: while modules load, and for code that lost its turn. */
let idle: Account = new Account();
let idleSince = now();
let loading = true;

export function createAccount(onExceeded?: (error: LimitExceeded) => void): Account {
  return new Account(onExceeded);
}

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
  ledger.yielded(account);
  lastAccount = null;
  if (!canReadHeap) burst = 0;
  if (account === idle) renewIdle();
}

/** Code of no turn has no end either: what it used is forgiven only with time. */
function renewIdle(): void {
  const { ticks, ms } = ledger.used(idle);
  const time = now();
  const forgiven = (time - idleSince) * IDLE_SHARE;
  idleSince = time;
  const owed = ms > forgiven ? ms - forgiven : 0;
  const owedTicks = ticks - (forgiven * limits.turnTicks) / limits.turnMs;
  idle = new Account();
  ledger.use(idle, owedTicks > 0 ? owedTicks : 0, owed);
  ledger.yielded(idle);
}

/** The turn is over. Gives memory back at once that it was ended for: idle isolates do not collect. */
export function closeAccount(account: Account): void {
  ledger.close(account, limits.turnTicks * (1 - SHARE_AFTER));
  if (ledger.used(account).exceeded?.code === "memory-limit") readHeap(true);
}

/** Called at every function entry and loop iteration. */
export function tick(): void {
  if (--left < 0) look(false);
}

/** Called first in every `catch` and `finally`: the limit's error cannot be swallowed. */
export function recheck(): void {
  if (left <= 0) look(false);
  const { exceeded } = ledger.used(current() ?? idle);
  if (exceeded) throw exceeded;
}

/**
 * Accounts for memory about to be taken, or just taken.
 * @throws LimitExceeded "memory-limit"
 */
export function allocating(bytes: number, what: string): void {
  if (bytes > limits.singleBytes) {
    exceed("memory-limit", `asked for ${what} of ${mib(bytes)}; one may have ${mib(limits.singleBytes)}`);
  }
  weigh(bytes);
}

/** The same, where one alone may be as large as it likes. */
export function weigh(bytes: number): void {
  burst += bytes;
  if (burst > limits.burstBytes) look(true);
  else if (bytes > MiB) hurry();
}

/** Marks the account under way as ended and throws. */
export function exceed(code: LimitCode, message: string): never {
  const account = current() ?? idle;
  hurry();
  const { exceeded } = ledger.used(account);
  if (exceeded) throw exceeded;
  const error = new LimitExceeded(code, `the workflow ${message}`);
  ledger.end(account, error);
  throw error;
}

/** The next tick looks, without counting ticks that were not used; and so do the ones after it, until the heap was seen. */
export function hurry(): void {
  large = true;
  granted -= left;
  left = 0;
}

function look(forced: boolean): void {
  const account = current() ?? idle;
  const ticks = granted - left;
  const time = now();
  // Half the limit at most: a neighbour that blocked the thread meanwhile must not end us.
  const gap = account !== lastAccount ? 0 : time - lastLook < limits.sliceMs / 2 ? time - lastLook : limits.sliceMs / 2;
  ledger.use(account, ticks, gap);
  lastAccount = account;
  lastLook = time;
  if (loading && account !== idle) {
    loading = false;
    idle = new Account();
  }
  // Nothing is granted before all is checked: at the edge of the stack any call below can fail.
  granted = left = 0;
  beat(account);
  check(account);
  if (forced || time >= nextHeapLook) watchHeap(time, forced);
  granted = left = (large || gap > SLOW) && stride > WARY_STRIDE ? WARY_STRIDE : stride;
}

function check(account: Account): void {
  const { ticks, sliceTicks, ms, sliceMs, exceeded } = ledger.used(account);
  if (exceeded) {
    hurry();
    throw exceeded;
  }
  if (sliceTicks > limits.sliceTicks) {
    exceed("cpu-limit", `made ${limits.sliceTicks} calls and loop iterations without waiting for anything; is there an endless loop?`);
  }
  if (ticks > limits.turnTicks) {
    exceed("cpu-limit", `made ${limits.turnTicks} calls and loop iterations in one turn; split the work into child executions`);
  }
  if (sliceMs > limits.sliceMs) {
    exceed("cpu-limit", `kept the processor busy for ${limits.sliceMs} ms without waiting for anything`);
  }
  if (ms > limits.turnMs) {
    exceed("cpu-limit", `kept the processor busy for ${limits.turnMs} ms in one turn; split the work into child executions`);
  }
}

function watchHeap(time: number, forced: boolean): void {
  if (!canReadHeap) {
    if (burst > limits.heapBytes) exceed("memory-limit", `allocated ${mib(burst)} without waiting for anything`);
    return;
  }
  let heap = readHeap(false);
  // V8 sees no reason to collect what it does not know to be large.
  const overdue = heap.held > limits.heapBytes / 2 && time >= nextCollection;
  const collected = heap.bytes > limits.heapBytes || overdue;
  if (collected) heap = readHeap(true);
  burst = 0;
  large = false;
  const after = now();
  // A look that the code asked for, by all that it makes, is work of its own.
  if (!forced) lastLook = after;
  // At most a fifth of the time goes into looking.
  const cost = 4 * (after - time);
  nextHeapLook = after + (cost > 10 ? cost : 10);
  if (collected) nextCollection = nextHeapLook;
  stride = strideFor(heap);
  if (heap.bytes > limits.heapBytes) {
    exceed("memory-limit", `and its siblings of the same bundle hold ${mib(heap.bytes)} of memory; together they may have ${mib(limits.heapBytes)}`);
  }
}

/** Learns of the event loop's next turn. While modules load there are no timers, nor turns. */
function beat(account: Account): void {
  if (!ledger.beat(account)) return;
  try {
    later(() => yielded(account), 0);
  } catch {
    // Global scope: this slice lasts until the module is loaded.
  }
}

function strideFor({ bytes, large }: Heap): number {
  const ticks = min(LONGEST_STRIDE, COPIES / bytes, LARGE_COPIES / (large + 1)) | 0;
  return ticks < 1 ? 1 : ticks;
}
