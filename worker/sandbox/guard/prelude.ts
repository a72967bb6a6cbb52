/**
 * What the tenant's isolate loads before anything else, as one module of its own
 * (`everstep:guard-core`). The runtime imports it; tenants cannot.
 * @module
 */
import { guardAllocations } from "./allocations.ts";
import { guardPatterns } from "./regex/guard.ts";

guardAllocations(globalThis as unknown as Record<string, unknown>);
guardPatterns(globalThis);

export { closeAccount, configure, count, createAccount, LimitExceeded, recheck, text, tick, yielded } from "./budget.ts";
export type { Account, Limits } from "./budget.ts";
