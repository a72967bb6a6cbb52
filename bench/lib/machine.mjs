// Where the figures come from: they compare only with each other.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus, loadavg, totalmem, type } from "node:os";

const require = createRequire(import.meta.url);
const version = (name) => {
  try {
    return JSON.parse(readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), "utf8")).version;
  } catch {
    return require(`${name}/package.json`).version;
  }
};

export function machine() {
  return {
    processor: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memory_gib: Math.round(totalmem() / 1024 ** 3),
    system: type(),
    node: process.versions.node,
    workerd: version("workerd"),
    miniflare: version("miniflare"),
    /** Busy processes beside the bench: figures above about 0.5 at its start are not to be trusted. */
    load_at_start: Math.round(loadavg()[0] * 100) / 100,
  };
}
