/**
 * How the guard is put beside a tenant's modules. Both go to the top of the loader's
 * modules as `{ js: text }`, since their names do not end in `.js`.
 * @module
 */

/** The whole guard, bundled from prelude.ts; for the runtime only. */
export const GUARD_CORE = "everstep:guard-core";
/** Name of the module that woven code imports its counters from. */
export const GUARD_MODULE = "everstep:guard";
/** Text of that module: the counters and nothing else. */
export const guardModule = `export { tick, recheck, text, count } from ${JSON.stringify(GUARD_CORE)};\n`;

/** V8 flags of the local server (MINIFLARE_WORKERD_V8_FLAGS, parted by spaces). */
export const v8Flags = ["--enable-experimental-regexp-engine-on-excessive-backtracks", "--expose-statistics"] as const;

/** Compatibility flags of a tenant's worker beside those of the platform: no code from strings, ever. */
export const tenantFlags = ["disallow_eval_during_startup"] as const;
