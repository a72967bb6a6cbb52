// The Worker as wrangler.toml describes it: one truth for every process that runs it.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { unstable_readConfig } from "wrangler";

export const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** wrangler.toml, read by wrangler itself: the bindings have one truth. */
export const readConfig = () => unstable_readConfig({ config: join(projectRoot, "wrangler.toml") });

/** A Worker's entry file and all it imports as one module. */
export async function bundleWorker(entry = "worker/index.ts") {
  const result = await build({
    entryPoints: [join(projectRoot, entry)],
    bundle: true,
    write: false,
    format: "esm",
    target: "esnext",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "browser"],
    // Its other form looks for a terminal.
    alias: { debug: "debug/src/browser.js" },
    // Papa Parse asks for streams of Node only when it is to make one.
    external: ["cloudflare:*", "node:*", "stream"],
    loader: { ".txt": "text" },
    sourcemap: "inline",
    sourcesContent: false,
    logLevel: "warning",
  });
  return result.outputFiles[0].text;
}

const byBinding = (list, key) => Object.fromEntries((list ?? []).map((entry) => [entry.binding, entry[key] ?? entry.binding]));

function durableObjects(config) {
  const withSql = new Set(config.migrations.flatMap((migration) => migration.new_sqlite_classes ?? []));
  return Object.fromEntries(
    config.durable_objects.bindings.map(({ name, class_name: className }) => [name, { className, useSQLite: withSql.has(className) }]),
  );
}

/** The Worker's code and bindings, to be spread into the options that `convertV4MiniflareOptions` takes. */
export function workerOptions(config, script) {
  return {
    modules: [{ type: "ESModule", path: "worker.js", contents: script }],
    compatibilityDate: config.compatibility_date,
    compatibilityFlags: config.compatibility_flags,
    durableObjects: durableObjects(config),
    workerLoaders: Object.fromEntries((config.worker_loaders ?? []).map(({ binding }) => [binding, {}])),
    d1Databases: byBinding(config.d1_databases, "database_name"),
    r2Buckets: byBinding(config.r2_buckets, "bucket_name"),
    kvNamespaces: byBinding(config.kv_namespaces, "id"),
  };
}
