// The watchdog's thread: ends the runtime that does not answer. Miniflare then sees that it is
// gone, and starts it again.
import { readFileSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { warn } from "./output.mjs";
import { runs } from "./processes.mjs";
import { startWatchdog } from "./watchdog.mjs";

const { url, silentMs, pidFile } = workerData;
startWatchdog({ url, silentMs, onSilent: endRuntime });

function endRuntime() {
  const pid = runtimePid();
  const detail =
    pid === undefined
      ? "The runtime does not answer, and its process is not known here: stop the server and start it again."
      : "The runtime did not answer and is ended: most likely tenant code sits in a native call without end. Executions go on from their journals.";
  warn(JSON.stringify({ level: "error", event: "runtime-hung", silent_ms: silentMs, pid: pid ?? null, detail }));
  if (pid !== undefined) process.kill(pid, "SIGKILL");
}

/** As workerd.sh wrote it down. */
function runtimePid() {
  try {
    const pid = Number.parseInt(readFileSync(pidFile, "utf8"), 10);
    return runs(pid, "workerd") ? pid : undefined;
  } catch {
    return undefined;
  }
}
