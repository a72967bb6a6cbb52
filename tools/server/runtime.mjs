// The Workers runtime with its storage in the data folder.
import { accessSync, constants, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { fail, passOn, warn } from "./output.mjs";
import { projectRoot, workerOptions } from "./worker.mjs";

/**
 * @param {{ config: object, script: string, folder: import("./files.mjs").DataFolder,
 *   bindings: Record<string, string>, network: object,
 *   services: Record<string, (request: Request) => Promise<Response>>, onRestart: () => void }} options
 */
export async function startRuntime({ config, script, folder, bindings, network, services, onRestart }) {
  noteRuntimePid(folder);
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      name: config.name,
      ...workerOptions(config, script),
      bindings: { ...config.vars, ...bindings },
      ...network,
      serviceBindings: { ...network.serviceBindings, ...services },
      resourcePersistencePath: folder.state,
      host: "127.0.0.1",
      port: 0,
      // The runtime listens by itself, on any port: one hop less than through Miniflare's entry
      // worker. A restart keeps the port.
      unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
      // For fireCron: only Miniflare's own entry offers it.
      unsafeTriggerHandlers: true,
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
    throw error;
  }
  return runtime;
}

/**
 * Runs the Worker's scheduled handler. Not by way of `runtime.getWorker()`: Miniflare's proxies
 * ask the runtime synchronously, and one that hangs would stop this process too.
 * @throws Error when the handler fails, or has not ended after a minute
 */
export async function fireCron(runtime, cron, scheduledTime) {
  const query = new URLSearchParams({ cron, time: String(scheduledTime.getTime()) });
  const reply = await runtime.dispatchFetch(`http://localhost/cdn-cgi/local/scheduled?${query}`, { signal: AbortSignal.timeout(60_000) });
  const outcome = await reply.text();
  if (!reply.ok) throw new Error(`the handler ended with ${reply.status} ${outcome}`);
}

/** Lets the runtime start through workerd.sh, which writes its process id down, where the system has a shell. */
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
