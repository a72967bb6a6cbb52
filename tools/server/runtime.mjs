// The Workers runtime as wrangler.toml describes it, with its storage in the data folder.
import { accessSync, constants, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { unstable_readConfig } from "wrangler";
import { StartError } from "./lock.mjs";
import { fail, passOn, warn } from "./output.mjs";

export const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** wrangler.toml, read by wrangler itself: the bindings have one truth. */
export const readConfig = () => unstable_readConfig({ config: join(projectRoot, "wrangler.toml") });

/** worker/index.ts and all it imports as one module. */
export async function bundleWorker() {
  const result = await build({
    entryPoints: [join(projectRoot, "worker/index.ts")],
    bundle: true,
    write: false,
    format: "esm",
    target: "esnext",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
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

/**
 * @param {{ config: object, script: string, folder: import("./files.mjs").DataFolder,
 *   bindings: Record<string, string>, network: object, listen: { host: string, port: number } | null,
 *   onRestart?: () => void }} options `listen`: where the runtime itself accepts requests; null: nowhere public
 * @throws StartError when the port is taken
 */
export async function startRuntime({ config, script, folder, bindings, network, listen, onRestart }) {
  noteRuntimePid(folder);
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      name: config.name,
      modules: [{ type: "ESModule", path: "worker.js", contents: script }],
      compatibilityDate: config.compatibility_date,
      compatibilityFlags: config.compatibility_flags,
      bindings: { ...config.vars, ...bindings },
      durableObjects: durableObjects(config),
      workerLoaders: Object.fromEntries((config.worker_loaders ?? []).map(({ binding }) => [binding, {}])),
      d1Databases: byBinding(config.d1_databases, "database_name"),
      r2Buckets: byBinding(config.r2_buckets, "bucket_name"),
      kvNamespaces: byBinding(config.kv_namespaces, "id"),
      ...network,
      resourcePersistencePath: folder.state,
      host: "127.0.0.1",
      port: 0,
      // The runtime listens by itself: one hop less than through Miniflare's entry worker.
      ...(listen ? { unsafeDirectSockets: [listen] } : {}),
      cf: false,
      logRequests: false,
      log: new RuntimeLog(),
      handleStructuredLogs: passOn,
      unsafeHandleRuntimeRestart: onRestart,
    }),
  );
  try {
    await runtime.ready;
  } catch (error) {
    await runtime.dispose().catch(() => undefined);
    if (error?.code !== "ERR_ADDRESS_IN_USE") throw error;
    throw new StartError(`port ${listen?.port} is taken by another program. Choose another: PORT=${(listen?.port ?? 8787) + 1} npm start`, { cause: error });
  }
  return runtime;
}

/** Lets the runtime start through workerd.sh, where the system has a shell. */
function noteRuntimePid(folder) {
  const starter = join(projectRoot, "tools/server/workerd.sh");
  if (process.platform === "win32" || !existsSync("/bin/sh") || process.env.MINIFLARE_WORKERD_PATH) return;
  try {
    accessSync(starter, constants.X_OK);
  } catch {
    return;
  }
  process.env.EVERSTEP_WORKERD = createRequire(import.meta.url)("workerd").default;
  process.env.EVERSTEP_WORKERD_PID = folder.runtimePid;
  process.env.MINIFLARE_WORKERD_PATH = starter;
}

/** Miniflare restarts a crashed runtime by itself; when that fails too, so does the server. */
class RuntimeLog extends Log {
  constructor() {
    super(LogLevel.WARN);
  }
  warn(message) {
    warn(message);
  }
  error(error) {
    fail(error.stack ?? String(error));
    if (/failed to restart/.test(error.message)) process.exit(1);
  }
}
