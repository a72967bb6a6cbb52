/**
 * What the tenant's isolate loads before anything else, as one module of its own
 * (`everstep:guard-core`). The runtime imports it; tenants cannot.
 * @module
 */
import { guardAllocations } from "./allocations.ts";
import { guardModules } from "./hand-out.ts";
import { guardPatterns } from "./regex/guard.ts";

guardAllocations(globalThis as unknown as Record<string, unknown>);
guardPatterns(globalThis);
guardModules(globalThis);

export { closeAccount, configure, createAccount, recheck, tick } from "./budget.ts";
export type { Account } from "./limits.ts";
export { handOut } from "./hand-out.ts";
export { count, exponent, items, listed, made, power, product, text } from "./values.ts";
