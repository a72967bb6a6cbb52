/**
 * `import { z } from "zod"` carries zod's error messages in fifty languages, half of a
 * bundle, through a namespace that a bundler cannot shake. They stay out unless asked for.
 * @module
 */
import type { Plugin } from "esbuild";
import { readFileSync } from "node:fs";

/** Does a file of the project use `z.locales`, or anything of that name? */
export function mentionsLocales(path: string): boolean {
  return /\blocales\b/.test(readFileSync(path, "utf8"));
}

/** Leaves English, zod's default. */
export const withoutLocales: Plugin = {
  name: "without-zod-locales",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: 'export { default as en } from "./en.js";' }));
  },
};
