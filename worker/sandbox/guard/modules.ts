/**
 * How the guard is put beside a tenant's modules. All go to the top of the loader's modules
 * as `{ js: text }`, since their names do not end in `.js`.
 * @module
 */

/** The whole guard, bundled from prelude.ts; for the runtime only. */
export const GUARD_CORE = "everstep:guard-core";
/** Name of the module that woven code imports its counters from. */
export const GUARD_MODULE = "everstep:guard";
/** Text of the module of counters, which hands on nothing else. `core` names the whole guard from where it lies. */
export const guardModule = (core: string = GUARD_CORE): string => `export { count, exponent, items, listed, made, power, product, recheck, text, tick } from ${JSON.stringify(core)};\n`;

/**
 * Modules of Node with exports that the guard can only hide, since those of a module cannot be
 * changed: woven code imports `everstep:url` in place of `node:url`.
 */
export const hidden: Readonly<Record<string, readonly string[]>> = {
  buffer: ["Blob", "File", "atob", "btoa"],
  process: ["getBuiltinModule"],
  url: ["URL", "URLSearchParams"],
};

/** Texts of those modules, by name. `core` names the whole guard from where they lie. */
export function doorModules(core: string = GUARD_CORE): Record<string, string> {
  const text = (name: string, exports: readonly string[]): string =>
    [
      `import { handOut } from ${JSON.stringify(core)};`,
      `export * from "node:${name}";`,
      `const module = handOut("node:${name}");`,
      `export const { ${exports.join(", ")} } = module;`,
      "export default module;\n",
    ].join("\n");
  return Object.fromEntries(Object.entries(hidden).map(([name, exports]) => [`everstep:${name}`, text(name, exports)]));
}

/** V8 flags of the local server (MINIFLARE_WORKERD_V8_FLAGS, parted by spaces). */
export const v8Flags = ["--enable-experimental-regexp-engine-on-excessive-backtracks", "--expose-statistics"] as const;

/**
 * Compatibility flags of a tenant's worker beside those of the platform: no code from strings,
 * ever, and no stubs of its own entrypoints, through which it could ask itself for turns. Both
 * places where those would be are closed: `ctx.exports`, and `exports` of cloudflare:workers.
 */
export const tenantFlags = ["disallow_eval_during_startup", "disable_ctx_exports", "disallow_importable_env"] as const;
