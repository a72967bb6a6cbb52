// The measured process: the platform's Worker and the two others in one workerd, as the
// local server runs it, on a data folder of its own.
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { networkFor } from "../../tools/network.mjs";
import { bundleWorker as bundleModule, readConfig, workerOptions } from "../../tools/server/worker.mjs";

export const newKeys = () => ({
  masterKey: randomBytes(32).toString("base64"),
  operatorKey: `eo_${randomBytes(32).toString("base64url")}`,
  apiKey: `es_${randomBytes(32).toString("base64url")}`,
});
export const keys = newKeys();

/** No task takes longer, unless something is stuck. */
const longestTaskMs = 180_000;

export const bundleWorker = () => bundleModule("bench/worker/index.ts");

/**
 * @param {{ script: string, folder: string, own?: typeof keys }} options `folder`: where the process keeps its data; `own`: the keys that it was made with
 * @returns the process: `ask` gives the driver a task, `rss` its memory in MiB
 */
export async function startRuntime({ script, folder, own = keys }) {
  const options = workerOptions(readConfig(), script);
  const before = new Set(workerdPids());
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      name: "bench",
      ...options,
      bindings: { MASTER_KEY: own.masterKey, OPERATOR_KEY: own.operatorKey },
      durableObjects: { ...options.durableObjects, BARE: { className: "Bare", useSQLite: true } },
      workflows: {
        CF_STEPS: { name: "cf-steps", className: "CloudflareSteps" },
        CF_SLEEP: { name: "cf-sleep", className: "CloudflareSleep" },
        CF_RESUME: { name: "cf-resume", className: "CloudflareResume" },
      },
      ...(await networkFor("")),
      resourcePersistencePath: folder,
      host: "127.0.0.1",
      port: 0,
      unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
      cf: false,
      logRequests: false,
      log: new Log(LogLevel.WARN),
    }),
  );
  await miniflare.ready;
  const url = (await miniflare.unsafeGetDirectURL()).origin;
  const pid = workerdPids().find((candidate) => !before.has(candidate));
  return {
    url,
    miniflare,
    pid,
    async ask(task) {
      const reply = await fetch(`${url}/bench`, { method: "POST", body: JSON.stringify(task), signal: AbortSignal.timeout(longestTaskMs) });
      const text = await reply.text();
      if (!reply.ok) throw new Error(`${JSON.stringify(task).slice(0, 200)} failed: ${text.slice(0, 1000)}`);
      return JSON.parse(text);
    },
    /** MiB; null where there is no /proc. */
    rss: () => (pid === undefined ? null : residentMiB(pid)),
    stop: () => miniflare.dispose(),
  };
}

/** Runtimes that this process has started. */
function workerdPids() {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => {
        const [, name, rest] = /\((.*)\) (.*)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
        return name?.startsWith("workerd") && Number(rest.split(" ")[1]) === process.pid;
      })
      .map(Number);
  } catch {
    return [];
  }
}

function residentMiB(pid) {
  const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return match ? Number(match[1]) / 1024 : null;
}
